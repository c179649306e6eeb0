using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// How weights w and architecture parameters α are moved. A scheme answers two questions: which samples feed which, and what one
/// step does.
/// </summary>
public interface IOptimizationScheme
{
    /// <summary>Name of the scheme in run records, for example <c>single-level</c>.</summary>
    string Name { get; }

    /// <summary>Allots the samples of a data set, once for a search.</summary>
    /// <param name="samples">Number of samples, N.</param>
    /// <param name="generator">CPU generator; the same at every resume.</param>
    /// <returns>Indices from 0 to N − 1.</returns>
    SampleAllocation Allocate(long samples, Generator generator);

    /// <summary>Moves w and α once.</summary>
    /// <param name="step">The supernet, the batches and the updaters of this step.</param>
    /// <returns>What was measured on the way, without gradients.</returns>
    StepOutcome Step(StepContext step);
}
