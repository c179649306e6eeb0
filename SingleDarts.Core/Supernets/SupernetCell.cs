using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A searched cell with a <see cref="MixedOp"/> on every edge: x_j = Σ_{i&lt;j} ō_{i,j}(x_i) (Section 3).</summary>
public sealed class SupernetCell : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> preprocessing;
    private readonly TorchSharp.Modules.ModuleList<MixedOp> edges;
    private readonly CellTopology topology;
    private readonly ScalarType? convolutionType;
    private Merging? mergingOfAll;
    private BackwardFault fault = new();

    /// <summary>Builds the cell at a place.</summary>
    /// <param name="placement">The place.</param>
    /// <param name="preprocessingFactory">Makes what makes an input node of an earlier layer's output.</param>
    /// <param name="affine">Whether batch normalisations are affine.</param>
    /// <param name="trackRunningStatistics">Whether they keep running statistics.</param>
    /// <param name="convolutionType">Floating type of merged convolutions; the weights' where <see langword="null"/>.</param>
    internal SupernetCell(
        CellPlacement placement, Factory preprocessingFactory,
        bool affine, bool trackRunningStatistics, ScalarType? convolutionType = null) : base(nameof(SupernetCell))
    {
        Placement = placement;
        this.convolutionType = convolutionType;
        topology = placement.Cell.Topology;
        preprocessing = nn.ModuleList([.. placement.Inputs.Select(context => preprocessingFactory.Create(
            context with { Affine = affine, TrackRunningStatistics = trackRunningStatistics }))]);
        edges = nn.ModuleList([.. topology.Edges.Select(edge => new MixedOp(
            placement.Cell.Operations, placement.Place(edge, affine, trackRunningStatistics), placement.Cell.Allowed(edge)))]);
        RegisterComponents();
    }

    /// <summary>Where the cell stands.</summary>
    internal CellPlacement Placement { get; }

    /// <summary>The mixture on an edge.</summary>
    /// <param name="edge">Index of the edge.</param>
    public MixedOp this[int edge] => edges[edge];

    /// <summary>What makes the input nodes of earlier layers' outputs.</summary>
    internal IReadOnlyList<nn.Module<Tensor, Tensor>> Preprocessing => [.. preprocessing];

    /// <summary>How the cell is computed in training mode; in evaluation mode it is always computed per edge.</summary>
    public CellExecution Execution { get; set; }

    /// <summary>Says where the exceptions of the cell's backward passes are kept.</summary>
    internal void KeepFaultsIn(BackwardFault fault) => this.fault = fault;

    /// <summary>The cell's output.</summary>
    /// <param name="before">Output of the layer before the previous one; not read by cells of one input.</param>
    /// <param name="previous">Output of the previous layer, [N, C, H, W].</param>
    /// <param name="weights">p of this kind of cell, [edges, operations].</param>
    public override Tensor forward(Tensor before, Tensor previous, Tensor weights) => Forward(before, previous, weights, null);

    /// <summary>The cell's output without the candidates that a hard relaxation left out.</summary>
    internal Tensor Forward(Tensor before, Tensor previous, Tensor weights, bool[,]? chosen)
    {
        using var scope = NewDisposeScope();
        var nodes = new Tensor?[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
            nodes[i] = preprocessing[i].call(i == topology.Inputs - 1 ? previous : before);
        // The kernels of merged cells are not all there on Apple's MPS.
        bool merges = training && Execution != CellExecution.PerEdge && previous.device_type != DeviceType.MPS, recomputes = Execution == CellExecution.MergedWithRecomputation;
        Merging? merging = merges ? MergingOf(chosen) : null;
        Tensor output = merging?.Whole is { } whole
            ? MergedFunction.Apply(whole, [.. nodes[..topology.Inputs].Select(n => n!)], weights, recomputes, fault)[0]
            : NodeByNode(nodes, weights, chosen, merging, recomputes);
        return output.MoveToOuterDisposeScope();
    }

    private Tensor NodeByNode(Tensor?[] nodes, Tensor weights, bool[,]? chosen, Merging? merging, bool recomputes)
    {
        void Add(int target, Tensor term) => nodes[target] = nodes[target]?.Plus_(term) ?? term;
        for (int source = 0; source < topology.Nodes - 1; source++)
        {
            Tensor x = nodes[source] ??= NothingInto(source, nodes[0]!);
            if (merging?.FanOuts[source] is { } fanOut)
                foreach (var (target, term) in fanOut.Targets.Zip(MergedFunction.Apply(fanOut, [x], weights, recomputes, fault)))
                    Add(target, term);
            CellEdge[] leaving = [.. topology.Edges.Where(e => e.Source == source)];
            if (merging is not null)
                foreach (var pooling in PoolingsOf(leaving, chosen))
                {
                    Tensor pooled = edges[pooling.First().Index][pooling.Key].call(x);
                    foreach (CellEdge edge in pooling)
                        Add(edge.Target, pooled * weights[edge.Index, pooling.Key]);
                }
            foreach (CellEdge edge in leaving)
                if (edges[edge.Index].Mix(x, weights[edge.Index], k => Includes(edge, k, chosen) &&
                    !(merging is not null && (FanOut.Fits(edges[edge.Index][k]) || IsShared(edges[edge.Index][k])))) is { } rest)
                    Add(edge.Target, rest);
        }
        nodes[^1] ??= NothingInto(topology.Nodes - 1, nodes[0]!);
        return topology.OutputNodes.Count == 1 ? nodes[topology.OutputNodes[0]]! : cat([.. topology.OutputNodes.Select(n => nodes[n]!)], 1);
    }

    /// <summary>The edges by the pooling that they have in common: pooling has no weights, so that one serves all edges that leave a
    /// node.</summary>
    private ILookup<int, CellEdge> PoolingsOf(CellEdge[] leaving, bool[,]? chosen) => (
        from edge in leaving
        from k in Enumerable.Range(0, edges[edge.Index].Count)
        where IsShared(edges[edge.Index][k]) && Includes(edge, k, chosen)
        select (edge, k)).ToLookup(pooling => pooling.k, pooling => pooling.edge);

    private static bool IsShared(nn.Module<Tensor, Tensor> candidate) => candidate is PoolingBatchNorm { HasRunningStatistics: false };

    private bool Includes(CellEdge edge, int k, bool[,]? chosen) =>
        edges[edge.Index].Computes(k) && (chosen is null || chosen[edge.Index, k]);

    /// <summary>A node whose edges are all left out.</summary>
    private Tensor NothingInto(int target, Tensor input)
    {
        MixedOp edge = edges[topology.EdgesInto(target).First().Index];
        int zero = Enumerable.Range(0, edge.Count).FirstOrDefault(k => !edge.Computes(k));
        return edge[zero].call(input).detach().Times(0L);
    }

    private Merging MergingOf(bool[,]? chosen)
    {
        if (chosen is null && mergingOfAll is not null)
            return mergingOfAll;
        (CellEdge Edge, int Candidate)[] included = [..
            from edge in topology.Edges
            from k in Enumerable.Range(0, edges[edge.Index].Count)
            where Includes(edge, k, chosen)
            select (edge, k)];
        ILookup<int, MergedTerm> terms = included
            .Where(c => FanOut.Fits(edges[c.Edge.Index][c.Candidate]))
            .ToLookup(c => c.Edge.Source, c => new MergedTerm(c.Edge.Index, c.Candidate, c.Edge.Target, edges[c.Edge.Index][c.Candidate]));
        FanOut?[] fanOuts = [.. Enumerable.Range(0, topology.Nodes - 1)
            .Select(source => terms.Contains(source) ? new FanOut([.. terms[source]], Placement.Cell.Operations.Count, convolutionType) : null)];
        bool isWhole = terms.Sum(group => group.Count()) == included.Length &&
            included.Select(c => c.Edge.Target).Distinct().Count() == topology.ComputedNodes &&
            (topology.Output == CellOutput.LastNode || topology.OutputMultiplier == topology.ComputedNodes);
        var merging = new Merging(fanOuts, isWhole ? new MergedCell(topology, fanOuts) : null);
        if (chosen is null)
            mergingOfAll = merging;
        return merging;
    }

    /// <param name="FanOuts">What can be merged of the candidates that leave each node.</param>
    /// <param name="Whole">The whole cell, where everything can be merged and every node gets something.</param>
    private sealed record Merging(FanOut?[] FanOuts, MergedCell? Whole);
}
