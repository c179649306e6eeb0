using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A searched cell with a <see cref="MixedOp"/> on every edge: x_j = Σ_{i&lt;j} ō_{i,j}(x_i) (Section 3).</summary>
public sealed class SupernetCell : nn.Module<Tensor, Tensor, MixingWeights, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> preprocessing;
    private readonly TorchSharp.Modules.ModuleList<MixedOp> edges;
    private readonly Factory preprocessingFactory;
    private readonly SupernetOptions options;
    private readonly BackwardState backward;
    private MergedExecution merged;

    internal SupernetCell(
        CellPlacement placement, Factory preprocessingFactory, SupernetOptions options,
        BackwardState backward) : base(nameof(SupernetCell))
    {
        Placement = placement;
        this.preprocessingFactory = preprocessingFactory;
        this.options = options;
        this.backward = backward;
        preprocessing = nn.ModuleList([.. placement.Inputs.Select(place => preprocessingFactory.Create(options.Adapt(place)))]);
        edges = nn.ModuleList([.. Topology.Edges.Select(edge => new MixedOp(
            placement.Cell.Operations, options.Adapt(placement.Place(edge)), placement.Cell.Allowed(edge), options.EdgeDecorators)
        {
            Where = $" on edge {edge.Source}->{edge.Target} of cell '{placement.Cell.Name}'",
        })]);
        merged = Merged();
        RegisterComponents();
    }

    /// <summary>Where the cell stands.</summary>
    internal CellPlacement Placement { get; private set; }

    /// <summary>The mixture on an edge.</summary>
    /// <param name="edge">Index of the edge.</param>
    public MixedOp this[int edge] => edges[edge];

    /// <summary>How the cell is computed in training mode; in evaluation mode it is always computed per edge.</summary>
    public CellExecution Execution { get; set; }

    /// <summary>What makes the input nodes of earlier layers' outputs.</summary>
    internal IReadOnlyList<nn.Module<Tensor, Tensor>> Preprocessing => [.. preprocessing];

    private CellTopology Topology => Placement.Cell.Topology;

    /// <summary>Takes candidates away.</summary>
    /// <param name="placement">The same place, of a kind with fewer candidates.</param>
    internal void Restrict(CellPlacement placement)
    {
        Placement = placement;
        foreach (CellEdge edge in Topology.Edges)
            edges[edge.Index].Restrict(placement.Cell.Allowed(edge));
        merged = Merged();
    }

    /// <summary>The cell's output.</summary>
    /// <param name="before">Output of the layer before the previous one; not read by cells of one input.</param>
    /// <param name="previous">Output of the previous layer, [N, C, H, W].</param>
    /// <param name="weights">p of this kind of cell, [edges, operations].</param>
    public override Tensor forward(Tensor before, Tensor previous, MixingWeights weights)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(weights);
        using var scope = NewDisposeScope();
        MergedPass? pass = MergedPass.Of(Execution, training, previous, backward);
        Tensor[] inputs = [.. preprocessing.Select((module, i) => CheckedCall.OfBlock(
            () => SupernetPart.NameOf(Placement.Cell, i), preprocessingFactory, x => MergedPass.Call(pass, module, x), Placement.Inputs[i],
            i == Topology.Inputs - 1 ? previous : before))];
        Tensor output = pass is not null && !weights.CountsUncomputed && !weights.IsPath
            ? merged.Forward(inputs, weights, pass)
            : Sum(inputs, weights, pass);
        return output.MoveToOuterDisposeScope();
    }

    private MergedExecution Merged() => new(Placement.Cell, [.. edges], options.ConvolutionType);

    private Tensor Sum(Tensor[] inputs, MixingWeights weights, MergedPass? pass)
    {
        var nodes = new Tensor?[Topology.Nodes];
        inputs.CopyTo(nodes, 0);
        foreach (CellEdge edge in Topology.Edges)
        {
            if (!weights.ComputesAny(edge.Index) && !IsOnly(edge, weights))
                continue;
            Tensor mixture = edges[edge.Index].call(nodes[edge.Source]!, weights[edge.Index] with { Merged = pass });
            nodes[edge.Target] = nodes[edge.Target]?.Plus(mixture) ?? mixture;
        }
        return Output(Topology, nodes);
    }

    /// <summary>Whether an edge has to give the zeros of a node that gets nothing.</summary>
    private bool IsOnly(CellEdge edge, MixingWeights weights) => edge.Source == 0 &&
        !Topology.EdgesInto(edge.Target).Any(other => weights.ComputesAny(other.Index));

    internal static Tensor Output(CellTopology topology, Tensor?[] nodes) => topology.OutputNodes.Count == 1
        ? nodes[topology.OutputNodes[0]]!
        : cat([.. topology.OutputNodes.Select(node => nodes[node]!)], 1);
}
