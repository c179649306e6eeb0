using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>The cost of the networks of one layout: a constant, and a number for each operation on each edge of each kind of
/// cell.</summary>
internal sealed class LayoutCost
{
    private readonly PartCosts parts;
    private readonly NetworkLayout layout;
    private readonly Func<CellSpecification, CellEdge, IEnumerable<int>> measured;
    private readonly Dictionary<string, ModuleCost[,]> operations;

    /// <summary>Measures the parts of a layout.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="parts">What was measured before.</param>
    /// <param name="measured">The operations of an edge to measure: columns of α.</param>
    public LayoutCost(NetworkLayout layout, PartCosts parts, Func<CellSpecification, CellEdge, IEnumerable<int>> measured)
    {
        this.layout = layout;
        this.parts = parts;
        this.measured = measured;
        operations = layout.Cells.ToDictionary(
            cell => cell.Name, cell => new ModuleCost[cell.Topology.Edges.Count, cell.Operations.Count]);
        var inputs = new LayerInputs<IReadOnlyList<long>>(Add(layout.Stem, layout.InputShape));
        foreach (LayerPlacement layer in layout.Layers)
            inputs = inputs.Behind(layer, layer is CellPlacement cell ? Add(cell, inputs) : Add((BlockPlacement)layer, inputs.Previous));
        parts.RequireLogits(Add(layout.Head, inputs.Previous), layout.Classes);
    }

    /// <summary>Cost of what is not searched.</summary>
    public ModuleCost FixedParts { get; private set; }

    /// <summary>Cost of a candidate on an edge, over all copies of the kind of cell; 0 if it was not measured.</summary>
    public ModuleCost Of(CellSpecification cell, CellEdge edge, int operation) => operations[cell.Name][edge.Index, operation];

    /// <summary>Cost of the network of a genotype whose operations were measured.</summary>
    public ModuleCost Of(Genotype genotype)
    {
        ModuleCost total = FixedParts;
        foreach (CellSpecification cell in layout.Cells)
        {
            IReadOnlyList<IReadOnlyList<Gene>> nodes = genotype[cell.Name].Nodes;
            int inputs = cell.Topology.Inputs;
            for (int i = 0; i < nodes.Count; i++)
                foreach (Gene gene in nodes[i])
                {
                    CellEdge edge = cell.Topology.Edge(gene.Source, inputs + i);
                    ModuleCost cost = operations[cell.Name][edge.Index, cell.Column(gene.Operation)];
                    // What reads a node without genes has parameters and is never run (FairDARTS).
                    bool isRun = gene.Source < inputs || nodes[gene.Source - inputs].Count > 0;
                    total += isRun ? cost : new ModuleCost(cost.Parameters, 0, 0);
                }
        }
        return total;
    }

    private IReadOnlyList<long> Add(BlockPlacement block, IReadOnlyList<long> input)
    {
        var (cost, output) = parts.Measure(block.Factory, block.Context, input);
        FixedParts += cost;
        return output;
    }

    private IReadOnlyList<long> Add(CellPlacement placed, LayerInputs<IReadOnlyList<long>> earlier)
    {
        CellSpecification cell = placed.Cell;
        int inputs = cell.Topology.Inputs;
        var shapes = new IReadOnlyList<long>[cell.Topology.Nodes];
        for (int i = 0; i < inputs; i++)
            shapes[i] = Add(new BlockPlacement(layout.Preprocessing, placed.Inputs[i]), i == inputs - 1 ? earlier.Previous
                : earlier.Before);
        foreach (CellEdge edge in cell.Topology.Edges)
        {
            var context = placed.Place(edge);
            IReadOnlyList<long> source = shapes[edge.Source];
            shapes[edge.Target] ??= [context.OutChannels, .. source.Skip(1).Select(n => (n + context.Stride - 1) / context.Stride)];
            foreach (int k in measured(cell, edge))
                operations[cell.Name][edge.Index, k] += parts.Measure(cell.Operations[k], context, source);
        }
        return [shapes[^1][0] * cell.Topology.OutputMultiplier, .. shapes[^1].Skip(1)];
    }
}
