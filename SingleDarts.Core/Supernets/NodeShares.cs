using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The share of each candidate in its node.</summary>
internal static class NodeShares
{
    /// <summary>Σ of numbers over all candidates of all edges into the same node, for every edge: [edges, 1].</summary>
    /// <param name="cell">The kind of cell. Its edges are ordered by target.</param>
    /// <param name="numbers">[edges, operations].</param>
    public static Tensor Sums(CellSpecification cell, Tensor numbers)
    {
        using var scope = NewDisposeScope();
        return cat([.. cell.Topology.Edges.GroupBy(edge => edge.Target).Select(node =>
            numbers.narrow(0, node.First().Index, node.Count()).sum().reshape(1, 1).expand(node.Count(), 1))]).MoveToOuterDisposeScope();
    }

    /// <summary>w_k / Σ w over all candidates of all edges into the same node, [edges, operations], differentiable in w.</summary>
    /// <param name="cell">The kind of cell.</param>
    /// <param name="weights">w, [edges, operations]; 0 for candidates that an edge does not allow.</param>
    public static Tensor Of(CellSpecification cell, Tensor weights)
    {
        using var scope = NewDisposeScope();
        // A node without any candidate has shares of 0.
        return (weights / Sums(cell, weights).AtLeast(1e-30)).MoveToOuterDisposeScope();
    }

    /// <summary>Which shares are above a least one, [edges, operations], as numbers of the shares' type.</summary>
    public static Tensor Above(Tensor shares, double least)
    {
        using var scope = NewDisposeScope();
        using TorchSharp.Scalar bound = Scalars.Of(least);
        return shares.detach().gt(bound).to(shares.dtype).MoveToOuterDisposeScope();
    }
}
