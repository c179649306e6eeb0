using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// SDARTS (Chen and Hsieh, ICML 2020): w learns with operation weights p that are moved by at most ε, so that the loss becomes flat in α; α
/// itself is not touched, and moves with p as it is. For relaxations whose p of an edge sum to 1, such as the softmax.
/// </summary>
/// <remarks><c>xiangning-chen/SmoothDARTS</c> d3dbfed, <c>attacker/</c>.</remarks>
public abstract record MixturePerturbation
{
    private protected MixturePerturbation()
    {
    }

    /// <summary>Name in run records.</summary>
    public abstract string Name { get; }

    /// <summary>ε over the epochs, from 0 to 1.</summary>
    /// <value>Linear from 0.03 to 0.3, which would be that of the epoch after the last: 0.2946 in the last of 50.</value>
    public Schedule Radius { get; init; } = Schedule.Linear(0.03, 0.3);

    /// <summary>Error messages for invalid settings; empty if all are valid.</summary>
    public virtual IEnumerable<string> Faults() => Radius.Faults("radius ε of the perturbation")
        .Concat(Radius.RangeFault("radius ε of the perturbation", 2, 0, 1) is { } outside ? [outside] : Array.Empty<string>());

    /// <summary>Mixing weights of every kind of cell with p moved, in the current dispose scope and without gradient history.</summary>
    /// <param name="step">The supernet and the moment. What is random is drawn from its generator.</param>
    /// <param name="batch">The weights' batch.</param>
    internal IReadOnlyDictionary<string, MixingWeights> Apply(StepContext step, LabeledBatch batch)
    {
        IReadOnlyDictionary<string, MixingWeights> weights;
        using (no_grad())
            weights = step.Supernet.Relax();
        string[] kinds = [.. weights.Keys];
        Tensor[] moved = Move(step, batch, weights, [.. kinds.Select(kind => weights[kind].P)], Radius.At(step.Position));
        return With(weights, moved);
    }

    /// <summary>The moved p of every kind of cell.</summary>
    private protected abstract Tensor[] Move(
        StepContext step, LabeledBatch batch, IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] p, double radius);

    /// <summary>Mixing weights with other p.</summary>
    private protected static IReadOnlyDictionary<string, MixingWeights> With(
        IReadOnlyDictionary<string, MixingWeights> weights, Tensor[] p) =>
        weights.Zip(p).ToDictionary(entry => entry.First.Key, entry => entry.First.Value with { P = entry.Second });

    /// <summary>p + U(−ε, ε), number by number, on the simplex.</summary>
    private protected static Tensor[] AddNoise(StepContext step, Tensor[] p, double radius) =>
        [.. step.Supernet.Space.Cells.Zip(p, (cell, of) =>
        {
            using var scope = NewDisposeScope();
            Tensor noise = rand(of.shape, ScalarType.Float64, generator: step.Generator).Minus(0.5).Times(2 * radius);
            return Clip(of.Plus(noise.to(of.dtype, of.device)), cell).MoveToOuterDisposeScope();
        })];

    /// <summary>
    /// Numbers cut to [0, 1], each row divided by its sum. A row without positive numbers becomes 1 at its largest one. Candidates that an
    /// edge does not allow are 0.
    /// </summary>
    /// <param name="p">[edges, operations].</param>
    /// <param name="cell">The kind of cell.</param>
    internal static Tensor Clip(Tensor p, CellSpecification cell)
    {
        using var scope = NewDisposeScope();
        if (!cell.IsEverythingAllowed)
            p = p.Masked(tensor([.. cell.Topology.Edges.SelectMany(edge => Enumerable.Range(0, cell.Operations.Count)
                .Select(k => !cell.IsAllowed(edge, k)))], p.shape).to(p.device), double.NegativeInfinity);
        Tensor largest = zeros_like(p).scatter(1, p.argmax(-1, keepdim: true), ones_like(p));
        Tensor cut = p.AtLeast(0).AtMost(1), sum = cut.sum(1, keepdim: true);
        return where(sum.gt(Scalars.Zero), cut / sum, largest).MoveToOuterDisposeScope();
    }
}
