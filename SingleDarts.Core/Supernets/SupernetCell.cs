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
    private readonly Dictionary<int, FanOut?> fanOuts = [];

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

    /// <summary>How the cell is computed in training mode; in evaluation mode it is always computed per edge.</summary>
    public CellExecution Execution { get; set; }

    /// <summary>The cell's output.</summary>
    /// <param name="before">Output of the layer before the previous one; not read by cells of one input.</param>
    /// <param name="previous">Output of the previous layer, [N, C, H, W].</param>
    /// <param name="weights">p of this kind of cell, [edges, operations].</param>
    public override Tensor forward(Tensor before, Tensor previous, Tensor weights) => Forward(before, previous, weights, null);

    /// <summary>The cell's output without the candidates that a hard relaxation left out.</summary>
    internal Tensor Forward(Tensor before, Tensor previous, Tensor weights, bool[,]? chosen)
    {
        using var scope = NewDisposeScope();
        bool merges = training && Execution != CellExecution.PerEdge;
        var nodes = new Tensor?[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
            nodes[i] = preprocessing[i].call(i == topology.Inputs - 1 ? previous : before);
        void Add(int target, Tensor term) => nodes[target] = nodes[target]?.add_(term) ?? term;
        for (int source = 0; source < topology.Nodes - 1; source++)
        {
            Tensor x = nodes[source] ??= NothingInto(source, nodes[0]!);
            if (merges && FanOutOf(source, chosen) is { } fanOut)
                foreach (var (target, term) in fanOut.Targets.Zip(FanOutFunction.Apply(
                    fanOut, x, weights, Execution == CellExecution.MergedWithRecomputation)))
                    Add(target, term);
            foreach (CellEdge edge in topology.Edges.Where(e => e.Source == source))
                if (edges[edge.Index].Mix(x, weights[edge.Index], k =>
                    Includes(edge, k, chosen) && !(merges && FanOut.Fits(edges[edge.Index][k]))) is { } rest)
                    Add(edge.Target, rest);
        }
        nodes[^1] ??= NothingInto(topology.Nodes - 1, nodes[0]!);
        Tensor output = topology.Output == CellOutput.LastNode ? nodes[^1]! : cat([.. nodes[topology.Inputs..].Select(n => n!)], 1);
        return output.MoveToOuterDisposeScope();
    }

    private bool Includes(CellEdge edge, int k, bool[,]? chosen) =>
        edges[edge.Index].Computes(k) && (chosen is null || chosen[edge.Index, k]);

    /// <summary>A node whose edges are all left out.</summary>
    private Tensor NothingInto(int target, Tensor input)
    {
        MixedOp edge = edges[topology.EdgesInto(target).First().Index];
        int zero = Enumerable.Range(0, edge.Count).FirstOrDefault(k => !edge.Computes(k));
        return edge[zero].call(input).detach() * 0;
    }

    private FanOut? FanOutOf(int source, bool[,]? chosen)
    {
        if (chosen is null && fanOuts.TryGetValue(source, out FanOut? all))
            return all;
        MergedTerm[] terms = [..
            from edge in topology.Edges
            where edge.Source == source
            from k in Enumerable.Range(0, edges[edge.Index].Count)
            where Includes(edge, k, chosen) && FanOut.Fits(edges[edge.Index][k])
            select new MergedTerm(edge.Index, k, edge.Target, edges[edge.Index][k])];
        FanOut? fanOut = terms.Length == 0 ? null : new FanOut(terms, Placement.Cell.Operations.Count);
        if (chosen is null)
            fanOuts[source] = fanOut;
        return fanOut;
    }
}
