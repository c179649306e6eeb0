using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A searched cell with a <see cref="MixedOp"/> on every edge: x_j = Σ_{i&lt;j} ō_{i,j}(x_i) (Section 3).</summary>
public sealed class SupernetCell : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> preprocessing;
    private readonly TorchSharp.Modules.ModuleList<MixedOp> edges;
    private readonly CellTopology topology;

    /// <summary>Builds the cell at a place.</summary>
    /// <param name="placement">The place.</param>
    /// <param name="createPreprocessing">Factory of what makes an input node of an earlier layer's output.</param>
    /// <param name="affine">Whether batch normalisations are affine.</param>
    /// <param name="trackRunningStatistics">Whether they keep running statistics.</param>
    public SupernetCell(
        CellPlacement placement, Func<OperationContext, nn.Module<Tensor, Tensor>> createPreprocessing,
        bool affine, bool trackRunningStatistics) : base(nameof(SupernetCell))
    {
        Placement = placement;
        topology = placement.Cell.Topology;
        preprocessing = nn.ModuleList([.. placement.Inputs.Select(context => createPreprocessing(
            context with { Affine = affine, TrackRunningStatistics = trackRunningStatistics }))]);
        edges = nn.ModuleList([.. topology.Edges.Select(edge => new MixedOp(
            placement.Cell.Operations, placement.Place(edge, affine, trackRunningStatistics)))]);
        RegisterComponents();
    }

    /// <summary>Where the cell stands.</summary>
    public CellPlacement Placement { get; }

    /// <summary>The mixture on an edge.</summary>
    /// <param name="edge">Index of the edge.</param>
    public MixedOp this[int edge] => edges[edge];

    /// <summary>The cell's output.</summary>
    /// <param name="before">Output of the layer before the previous one; not read by cells of one input.</param>
    /// <param name="previous">Output of the previous layer, [N, C, H, W].</param>
    /// <param name="weights">p of this kind of cell, [edges, operations].</param>
    public override Tensor forward(Tensor before, Tensor previous, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var nodes = new Tensor[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
            nodes[i] = preprocessing[i].call(i == topology.Inputs - 1 ? previous : before);
        foreach (CellEdge edge in topology.Edges)
        {
            Tensor mixed = edges[edge.Index].call(nodes[edge.Source], weights[edge.Index]);
            nodes[edge.Target] = nodes[edge.Target] is null ? mixed : nodes[edge.Target].add_(mixed);
        }
        Tensor output = topology.Output == CellOutput.LastNode ? nodes[^1] : cat(nodes[topology.Inputs..], 1);
        return output.MoveToOuterDisposeScope();
    }
}
