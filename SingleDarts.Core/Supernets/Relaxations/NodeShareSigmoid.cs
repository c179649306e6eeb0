using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The relaxation of GOLD-NAS (Bi et al., 2020): p = w = σ(α) from α = 0, without a normaliser, for candidates whose share of their node,
/// w / Σ w over all candidates of all its edges, is above a least one; the others have p = 0 and no gradient.
/// </summary>
/// <param name="LeastShare">Share up to which a candidate is inactive; 0.01 in GOLD-NAS.</param>
/// <remarks>
/// <c>sunsmarterjie/GOLD_NAS</c> 3b40c2a, which calls itself unofficial. There an inactive candidate is replaced by zero for good during
/// the epoch; here it is inactive as long as its share is too small, and a <c>SharePruning</c> takes it away when the epoch ends.
/// </remarks>
public sealed record NodeShareSigmoid(double LeastShare = 0.01) : IRelaxation
{
    /// <summary>Share up to which a candidate is inactive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within [0, 1).</exception>
    public double LeastShare { get; init; } = LeastShare is >= 0 and < 1
        ? LeastShare
        : throw new ArgumentOutOfRangeException(nameof(LeastShare), LeastShare, "The least share is within [0, 1), for example 0.01.");

    /// <inheritdoc/>
    public string Name => "node-share-sigmoid";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (CellSpecification cell in Given.NotNull(space).Cells)
            if (cell.Topology.Edges.GroupBy(edge => edge.Target).Max(node => node.Sum(edge => cell.Allowed(edge).Count)) is var most
                && LeastShare * most >= 1)
                yield return $"A node of cell '{cell.Name}' has {most} candidates, so that all begin with the share 1/{most}; expected " +
                    $"more than the least share {LeastShare}. Lower it, or take fewer candidates.";
    }

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) => zeros([edges, operations], ScalarType.Float64);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        Tensor w = Given.NotNull(alpha).sigmoid();
        return (w * NodeShares.Above(NodeShares.Of(context.Cell, w), LeastShare)).MoveToOuterDisposeScope();
    }
}
