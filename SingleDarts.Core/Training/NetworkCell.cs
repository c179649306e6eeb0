using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>A cell of fixed operations: a node is the sum of its genes' outputs. A gene that reads a node without genes gives
/// nothing.</summary>
internal sealed class NetworkCell : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> preprocessing;
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> operations;
    private readonly CellPlacement placement;
    private readonly CellTopology topology;
    private readonly CellGenotype cell;
    private readonly Factory preprocessingFactory;
    private readonly int[] sources;
    private readonly BackwardState backward;

    public NetworkCell(CellPlacement placement, CellGenotype cell, Factory preprocessingFactory, BackwardState backward)
        : base(nameof(NetworkCell))
    {
        this.placement = placement;
        this.cell = cell;
        this.preprocessingFactory = preprocessingFactory;
        this.backward = backward;
        sources = [.. cell.Nodes.SelectMany(genes => genes.Select(gene => gene.Source))];
        topology = placement.Cell.Topology;
        preprocessing = nn.ModuleList([.. placement.Inputs.Select(preprocessingFactory.Create)]);
        operations = nn.ModuleList([.. cell.Nodes.SelectMany((genes, i) => genes.Select(gene => placement.Cell.Operation(gene.Operation)
            .Create(Place(gene, i + topology.Inputs))))]);
        RegisterComponents();
    }

    /// <summary>What factories of the space made, by names for the beginning of a sentence.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Parts => preprocessing
        .Select((module, i) => (NameOf(i), (nn.Module)module))
        .Concat(cell.Nodes.SelectMany((genes, i) => genes.Select(gene => NameOf(gene, i + topology.Inputs)))
            .Zip(operations, (name, module) => (name, (nn.Module)module)));

    /// <summary>Probability that an operation other than an identity loses a sample while training.</summary>
    public double DropPathProbability { get; set; }

    /// <summary>How operations that leave the same node are computed in training mode.</summary>
    public CellExecution Execution { get; set; }

    public override Tensor forward(Tensor before, Tensor previous)
    {
        using var scope = NewDisposeScope();
        MergedPass? pass = MergedPass.Of(Execution, training, previous, backward);
        var nodes = new Tensor?[topology.Nodes];
        var merged = new Tensor?[operations.Count];
        int next = 0;
        for (int node = 0; node < topology.Nodes; node++)
        {
            if (node < topology.Inputs)
                nodes[node] = Input(node, pass, node == topology.Inputs - 1 ? previous : before);
            else
                foreach (Gene gene in cell.Nodes[node - topology.Inputs])
                {
                    if (nodes[gene.Source] is { } input)
                    {
                        Tensor term = Dropped(operations[next], merged[next] ?? Output(gene, node, operations[next], input));
                        nodes[node] = nodes[node]?.Plus(term) ?? term;
                    }
                    next++;
                }
            if (nodes[node] is { } value && pass is not null)
                Merge(node, value, pass, merged);
        }
        return (topology.OutputMultiplier == 1
            ? nodes[topology.OutputNodes[0]]!.alias()
            : cat([.. topology.OutputNodes.Select(node => nodes[node]!)], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the cell to an ONNX graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="before">Output of the layer before the previous one.</param>
    /// <param name="previous">Output of the previous layer.</param>
    public string Export(OnnxGraph graph, string before, string previous)
    {
        string[] names = [.. Parts.Select(part => part.Name)];
        var nodes = new string?[topology.Nodes];
        for (int node = 0; node < topology.Inputs; node++)
            nodes[node] = graph.Part(names[node], preprocessing[node], node == topology.Inputs - 1 ? previous : before);
        int first = 0;
        foreach (var (i, genes) in cell.Nodes.Index())
        {
            int[] terms = [.. Enumerable.Range(first, genes.Count).Where(gene => nodes[sources[gene]] is not null)];
            first += genes.Count;
            // Zeros are a term only if nothing else is.
            if (terms.Any(gene => operations[gene] is not Zero))
                terms = [.. terms.Where(gene => operations[gene] is not Zero)];
            string[] outputs = [.. terms.Select(gene =>
                graph.Part(names[topology.Inputs + gene], operations[gene], nodes[sources[gene]]!))];
            nodes[topology.Inputs + i] = outputs.Length > 1 ? graph.Add("Sum", outputs) : outputs.FirstOrDefault();
        }
        string[] output = [.. topology.OutputNodes.Select(node => nodes[node]!)];
        return output.Length > 1 ? graph.Add("Concat", output, ("axis", 1)) : output[0];
    }

    private Tensor Input(int i, MergedPass? pass, Tensor input) => CheckedCall.OfBlock(
        () => NameOf(i), preprocessingFactory, x => MergedPass.Call(pass, preprocessing[i], x), placement.Inputs[i], input);

    private Tensor Output(Gene gene, int node, nn.Module<Tensor, Tensor> operation, Tensor input) =>
        placement.Cell.Operation(gene.Operation).IsOwn ? operation.call(input)
            : CheckedCall.OfCandidate(() => NameOf(gene, node), operation, Place(gene, node), input);

    private Tensor Dropped(nn.Module<Tensor, Tensor> operation, Tensor output)
    {
        bool drops = training && DropPathProbability > 0 && operation is not TorchSharp.Modules.Identity;
        return drops ? DropPath.Apply(output, DropPathProbability) : output;
    }

    private OperationContext Place(Gene gene, int node) => placement.Place(new CellEdge(0, gene.Source, node));

    private string NameOf(int input) => $"The preprocessing of input {input} of cell '{placement.Cell.Name}'";

    private string NameOf(Gene gene, int node) =>
        $"Operation '{gene.Operation}' on edge {gene.Source}->{node} of cell '{placement.Cell.Name}'";

    /// <summary>Computes what can be computed together of the operations that leave a node, each with p = 1 into its own place.</summary>
    private void Merge(int node, Tensor value, MergedPass pass, Tensor?[] outputs)
    {
        MergedTerm[] terms = [.. Enumerable.Range(0, operations.Count)
            .Where(g => sources[g] == node && operations[g] is not TorchSharp.Modules.Identity && NodeMixture.Fits(operations[g]))
            .Select((g, place) => new MergedTerm(place, 0, g, operations[g]))];
        if (value.dim() != 4 || NodeMixture.Of(value, terms, 1) is not { } mixture)
            return;
        Tensor p = ones([terms.Length, 1], value.dtype, value.device);
        foreach (var (gene, output) in mixture.Targets.Zip(pass.Apply(mixture, value, p)))
            outputs[gene] = output;
    }
}
