using SingleDarts.Core.Genotypes;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// Random search with parameter sharing (Li and Talwalkar, UAI 2019; RSPS in NAS-Bench-201): each batch trains the weights along one path,
/// drawn uniformly over the candidates of each edge, zero operations included, and shared by all cells. α stands still. The genotype is
/// chosen by a selection, for example <see cref="Spaces.DrawnSelection"/>.
/// </summary>
/// <remarks>
/// Weights off the path have no gradient in the step; momentum and weight decay move them nevertheless. In spaces whose rule keeps some
/// edges of a node (DARTS), the path is one that the rule can give: see <see cref="Spaces.SearchSpace.RandomGenotype(Generator)"/>.
/// </remarks>
public sealed record UniformPathScheme : IOptimizationScheme
{
    /// <summary>Share of the data that feeds w, within (0, 1); the rest scores genotypes.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <inheritdoc/>
    public string Name => "uniform-path";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainPortion"/> is outside (0, 1), or leaves a part empty.</exception>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, ArchitectureSampling.None);

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Genotype path = step.Supernet.Space.RandomGenotype(step.Generator);
        return new StepOutcome(step.UpdateWeights(batch => step.Evaluate(batch, path)));
    }
}
