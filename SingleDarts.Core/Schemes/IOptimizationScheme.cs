using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// How weights w and architecture parameters α are moved. A scheme answers two questions: which samples feed which, and what one
/// step does. The other members have defaults: a scheme with networks or optimisers of its own makes them in <see cref="Begin"/>.
/// </summary>
public interface IOptimizationScheme
{
    /// <summary>Name of the scheme in run records, for example <c>single-level</c>.</summary>
    string Name { get; }

    /// <summary>What the scheme cannot do in a space; a search with faults is rejected before any work. None by default.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Decides, once per search, which samples train w and which train α.</summary>
    /// <param name="samples">Number of samples, N.</param>
    /// <param name="generator">CPU generator; the same at every resume.</param>
    /// <returns>Indices from 0 to N − 1.</returns>
    SampleAllocation Allocate(long samples, Generator generator);

    /// <summary>
    /// Called once, before the first step of a search or of its resume; what it returns does the steps. This scheme by default. A scheme
    /// with state returns a new object, so that two searches can share the described scheme. The object may be an
    /// <see cref="Runtime.IResumable"/>, whose state every checkpoint holds, and an <see cref="IDisposable"/>, which is disposed with the
    /// search.
    /// </summary>
    /// <param name="step">
    /// The supernet and its optimisers, without batches. Networks that are built here draw their first weights from random numbers of the
    /// run, as the supernet does.
    /// </param>
    IOptimizationScheme Begin(StepContext step) => this;

    /// <summary>
    /// Steps at the start of each epoch, before those over the weights' batches; 0 by default. They have no batches, as
    /// <see cref="FurtherSteps"/>.
    /// </summary>
    /// <param name="weightSteps">Steps of an epoch over the weights' batches.</param>
    int PrecedingSteps(int weightSteps) => 0;

    /// <summary>
    /// Steps at the end of each epoch, after those over the weights' batches; 0 by default. They are steps as the others (checkpoints,
    /// observers, progress), but without batches: <see cref="StepContext.HasBatches"/> is false.
    /// </summary>
    /// <param name="weightSteps">Steps of an epoch over the weights' batches.</param>
    int FurtherSteps(int weightSteps) => 0;

    /// <summary>Moves w and α once.</summary>
    /// <param name="step">The supernet, the batches and the optimisers of this step.</param>
    /// <returns>What was measured on the way, without gradients.</returns>
    StepOutcome Step(StepContext step);

    /// <summary>Called after the last step of each epoch, before the genotype is derived.</summary>
    /// <param name="step">The supernet and its optimisers, without batches.</param>
    void EndEpoch(StepContext step) { }

    /// <summary>
    /// A genotype as the scheme samples them; a <see cref="DrawnSelection"/> draws its candidates from it. By default
    /// <see cref="SearchSpace.RandomGenotype(Generator)"/>.
    /// </summary>
    /// <param name="space">The search space.</param>
    /// <param name="generator">CPU generator.</param>
    Genotype Draw(SearchSpace space, Generator generator) => Given.NotNull(space).RandomGenotype(generator);
}
