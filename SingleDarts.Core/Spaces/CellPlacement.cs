using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>A copy of a searched cell.</summary>
/// <param name="Cell">The kind of cell.</param>
/// <param name="Channels">Channels of every node.</param>
/// <param name="Stride">Stride of the edges that leave input nodes: 2 in a reduction cell, 1 elsewhere.</param>
/// <param name="Inputs">For each input node, how the output of an earlier layer becomes it.</param>
internal sealed record CellPlacement(CellSpecification Cell, long Channels, int Stride, IReadOnlyList<OperationContext> Inputs)
    : LayerPlacement(Channels * Cell.Topology.OutputMultiplier, Stride)
{
    /// <summary>Where the operations of an edge are placed, with affine batch normalisations that keep running statistics.</summary>
    /// <param name="edge">An edge of the cell.</param>
    public OperationContext Place(CellEdge edge) => new(Channels, Channels, edge.Source < Cell.Topology.Inputs ? Stride : 1);
}
