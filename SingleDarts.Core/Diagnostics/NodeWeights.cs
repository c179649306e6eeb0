using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using TorchSharp.Modules;

namespace SingleDarts.Core.Diagnostics;

/// <summary>The convolution (and linear) weights of the learnable candidates of a node's incoming edges.</summary>
/// <param name="Cell">Number of the cell, counted from 1.</param>
/// <param name="Kind">Name of its kind.</param>
/// <param name="Node">Number of the node.</param>
/// <param name="Weights">Each weight with the edge and operation whose p scales its gradient.</param>
internal sealed record NodeWeights(int Cell, string Kind, int Node, IReadOnlyList<(Parameter Weight, int Edge, int Operation)> Weights)
{
    public long Size => Weights.Sum(w => w.Weight.numel());

    /// <summary>The nodes that have any, by cell, then by node.</summary>
    public static NodeWeights[] Find(Supernet supernet, IReadOnlyList<int> cells, IReadOnlyList<int>? nodes)
    {
        SupernetCell[] all = [.. supernet.Cells];
        return [..
            from number in cells.Order()
            let cell = all[number - 1]
            let kind = cell.Placement.Cell
            from node in Enumerable.Range(kind.Topology.Inputs, kind.Topology.ComputedNodes)
            where nodes?.Contains(node) ?? true
            let found = new NodeWeights(number, kind.Name, node, [.. Of(cell, kind, node)])
            where found.Weights.Count > 0
            select found];
    }

    private static IEnumerable<(Parameter, int, int)> Of(SupernetCell cell, CellSpecification kind, int node) =>
        from edge in kind.Topology.EdgesInto(node)
        from k in Enumerable.Range(0, kind.Operations.Count)
        where kind.Operations[k].IsLearnable
        from parameter in cell[edge.Index][k].parameters()
        where parameter.dim() >= 2
        select (parameter, edge.Index, k);
}
