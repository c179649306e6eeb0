using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// Corrects α after a step, so that the candidates that were computed have the same share of every edge's softmax(α) as before. The others'
/// share moves with nobody's gradient otherwise: what is computed would gain on all that is not. With K the computed and D the other
/// candidates, α_k += o − o' for k in K, where o = ln Σ_K e^α − ln Σ_D e^α is taken before the step and o' after it (DropNAS; ProxylessNAS
/// does the same for its two paths).
/// </summary>
internal sealed class KeptMass
{
    private readonly List<(Parameter Alpha, Tensor Kept, Tensor Dropped, Tensor Before)> kinds = [];

    /// <summary>Remembers the shares, in the current dispose scope.</summary>
    /// <param name="architecture">α of every kind of cell.</param>
    /// <param name="weights">Say which candidates are computed; a kind that computes all is left alone.</param>
    public KeptMass(ArchitectureParameters architecture, IReadOnlyDictionary<string, MixingWeights> weights)
    {
        using var _ = no_grad();
        foreach (CellSpecification cell in architecture.Cells)
            if (weights[cell.Name].Computed is { } computed)
            {
                Parameter alpha = architecture[cell.Name];
                Tensor kept = Mask(cell, alpha, (edge, k) => computed[edge, k]);
                Tensor dropped = Mask(cell, alpha, (edge, k) => !computed[edge, k]);
                kinds.Add((alpha, kept, dropped, LogOdds(alpha, kept, dropped)));
            }
    }

    /// <summary>Gives α the shares that it had. An edge that computes all of its candidates, or none, stays as it is.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach (var (alpha, kept, dropped, before) in kinds)
        {
            using var scope = NewDisposeScope();
            Tensor lost = before - LogOdds(alpha, kept, dropped);
            alpha.Plus_(lost.Masked(lost.isfinite().logical_not(), 0) * kept);
        }
    }

    /// <summary>ln Σ_K e^α − ln Σ_D e^α, [edges, 1].</summary>
    private static Tensor LogOdds(Tensor alpha, Tensor kept, Tensor dropped)
    {
        using var scope = NewDisposeScope();
        Tensor Sum(Tensor mask) => alpha.Masked(mask.logical_not(), double.NegativeInfinity).logsumexp(-1, keepdim: true);
        return (Sum(kept) - Sum(dropped)).MoveToOuterDisposeScope();
    }

    /// <summary>A mask, [edges, operations], of the candidates that an edge allows.</summary>
    private static Tensor Mask(CellSpecification cell, Tensor alpha, Func<int, int, bool> holds) => tensor(
        [.. cell.Topology.Edges.SelectMany(edge => Enumerable.Range(0, cell.Operations.Count)
            .Select(k => cell.IsAllowed(edge, k) && holds(edge.Index, k)))], alpha.shape).to(alpha.device);
}
