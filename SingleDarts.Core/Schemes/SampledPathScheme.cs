using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// ProxylessNAS (Cai et al., ICLR 2019): w moves with a batch along one path that has one candidate of each edge, drawn with the
/// probability that the relaxation expects, softmax(α), and shared by all copies of a cell. Then α moves with a batch of its own and
/// the mixture that the relaxation makes (<see cref="BinaryGateRelaxation"/>), and candidates that were computed get back the share of
/// softmax(α) that they had.
/// </summary>
/// <remarks>
/// <c>mit-han-lab/proxylessnas</c> 80c1c37, <c>nas_manager.py</c>. Different there: weights off the path stand still in the step; here
/// momentum and weight decay move them, with a gradient of 0.
/// </remarks>
public sealed record SampledPathScheme : IOptimizationScheme
{
    /// <summary>Share of the data that feeds w, within (0, 1); the rest feeds α.</summary>
    /// <value>0.5.</value>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>How α's batches are drawn from its part.</summary>
    /// <value>Without replacement.</value>
    public ArchitectureSampling Sampling { get; init; } = ArchitectureSampling.WithoutReplacement;

    /// <summary>ε of label smoothing in the loss of w, within [0, 1): the loss becomes (1 − ε) L − ε · mean ln softmax(logits). α has the
    /// loss as it is.</summary>
    /// <value>0.</value>
    public double LabelSmoothing { get; init; }

    /// <summary>Whether candidates that were computed in α's step keep their share of softmax(α).</summary>
    /// <value>True.</value>
    public bool KeepsMass { get; init; } = true;

    /// <inheritdoc/>
    public string Name => "sampled-path";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (!(LabelSmoothing is >= 0 and < 1))
            yield return $"The scheme '{Name}' smooths labels by {LabelSmoothing}; expected 0 or more and less than 1, for example 0.1.";
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainPortion"/> is outside (0, 1), or leaves a part empty.</exception>
    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, TrainPortion, generator, Sampling);

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step) => Given.NotNull(step).Alternate(UpdateOrder.WeightsFirst,
        () => UpdateArchitecture(step), () => step.UpdateWeights(batch => AlongPath(step, batch)));

    private BatchOutcome AlongPath(StepContext step, LabeledBatch batch)
    {
        Tensor logits = step.Supernet.Forward(batch.Inputs, Path(step.Supernet, step.Generator));
        BatchOutcome outcome = step.Measure(logits, batch);
        return LabelSmoothing == 0 ? outcome : outcome with
        {
            Loss = outcome.Loss.Times(1 - LabelSmoothing) - logits.log_softmax(1).mean().Times(LabelSmoothing),
        };
    }

    private BatchOutcome UpdateArchitecture(StepContext step)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, MixingWeights> weights = step.Supernet.Relax();
        var mass = new KeptMass(step.Supernet.Architecture, weights);
        BatchOutcome outcome = step.UpdateArchitecture(batch => step.Evaluate(batch, weights));
        if (KeepsMass)
            mass.Restore();
        return outcome.Detach();
    }

    /// <summary>One candidate of every edge of every kind of cell.</summary>
    internal static Genotype Path(Supernet supernet, Generator generator)
    {
        IReadOnlyDictionary<string, CellSnapshot> snapshot = supernet.Snapshot();
        return new Genotype(supernet.Space.Cells.ToDictionary(cell => cell.Name, cell => cell.Path([.. cell.Topology.Edges
            .Select(edge => generator.Categorical([.. Enumerable.Range(0, cell.Operations.Count)
                .Select(k => snapshot[cell.Name].OperationWeights[edge.Index, k])]))])));
    }
}
