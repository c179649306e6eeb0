using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>A cell of fixed operations: a node is the sum of its genes' outputs. A gene that reads a node without genes gives
/// nothing.</summary>
internal sealed class NetworkCell : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> preprocessing;
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> operations;
    private readonly CellTopology topology;
    private readonly CellGenotype cell;
    private readonly string kind;

    public NetworkCell(CellPlacement placement, CellGenotype cell, Factory preprocessingFactory)
        : base(nameof(NetworkCell))
    {
        this.cell = cell;
        kind = placement.Cell.Name;
        topology = placement.Cell.Topology;
        preprocessing = nn.ModuleList([.. placement.Inputs.Select(preprocessingFactory.Create)]);
        operations = nn.ModuleList([.. cell.Nodes.SelectMany((genes, i) => genes.Select(gene => placement.Cell.Operation(gene.Operation)
            .Create(placement.Place(new CellEdge(0, gene.Source, i + topology.Inputs)))))]);
        RegisterComponents();
    }

    /// <summary>What factories of the space made, by names for the beginning of a sentence.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Parts => preprocessing
        .Select((module, i) => ($"The preprocessing of input {i} of cell '{kind}'", (nn.Module)module))
        .Concat(cell.Nodes.SelectMany((genes, i) => genes.Select(gene => $"Operation '{gene.Operation}' on edge " +
            $"{gene.Source}->{i + topology.Inputs} of cell '{kind}'"))
            .Zip(operations, (name, module) => (name, (nn.Module)module)));

    /// <summary>Probability that an operation other than an identity loses a sample while training.</summary>
    public double DropPathProbability { get; set; }

    public override Tensor forward(Tensor before, Tensor previous)
    {
        using var scope = NewDisposeScope();
        var nodes = new Tensor?[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
            nodes[i] = preprocessing[i].call(i == topology.Inputs - 1 ? previous : before);
        int next = 0;
        for (int node = topology.Inputs; node < topology.Nodes; node++)
            foreach (Gene gene in cell.Nodes[node - topology.Inputs])
                if (Output(operations[next++], nodes[gene.Source]) is { } term)
                    nodes[node] = nodes[node] is { } sum ? sum.Plus(term) : term;
        return (topology.OutputMultiplier == 1
            ? nodes[topology.OutputNodes[0]]!.alias()
            : cat([.. topology.OutputNodes.Select(node => nodes[node]!)], 1)).MoveToOuterDisposeScope();
    }

    private Tensor? Output(nn.Module<Tensor, Tensor> operation, Tensor? input)
    {
        if (input is null)
            return null;
        Tensor output = operation.call(input);
        bool drops = training && DropPathProbability > 0 && operation is not TorchSharp.Modules.Identity;
        return drops ? DropPath.Apply(output, DropPathProbability) : output;
    }
}
