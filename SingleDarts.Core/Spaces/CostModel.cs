using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Parameters and FLOPs of every genotype of a space. Each operation is built and run once for each place that differs; a
/// genotype's cost is then a sum, so that a whole space can be counted. Building also proves that the parts fit together.
/// </summary>
public sealed class CostModel
{
    private readonly SearchSpace space;
    private readonly Dictionary<(CandidateOperation, OperationContext, string), ModuleCost> operations = [];
    private readonly List<(CellPlacement Placement, IReadOnlyList<long>[] Nodes)> cells = [];
    private ModuleCost fixedParts;

    /// <summary>Builds and measures every part of a space once.</summary>
    /// <param name="space">The space.</param>
    /// <exception cref="ArgumentException">
    /// Parts do not fit: an operation gives another shape than its place needs, or the head other than one logit for each class. The
    /// message names the part, the shape found and the shape expected.
    /// </exception>
    public CostModel(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        this.space = space;
        using var random = new RunRandom.Draw(0, space.HasForeignFactories);
        IReadOnlyList<long> previous = Add("the stem", space.Stem.Create, space.Stem.Context, space.InputShape);
        IReadOnlyList<long> before = previous;
        foreach (LayerPlacement layer in space.Layers)
        {
            IReadOnlyList<long> current = layer switch
            {
                BlockPlacement block => Add("the block between stages", block.Create, block.Context, previous),
                CellPlacement cell => Add(cell, cell.Inputs.Count == 1 ? [previous] : [before, previous]),
                _ => throw new InvalidOperationException($"Unknown layer {layer}."),
            };
            (before, previous) = (layer is BlockPlacement { PassInput: false } ? current : previous, current);
        }
        IReadOnlyList<long> logits = Add("the head", space.Head.Create, space.Head.Context, previous);
        if (logits.Count != 1)
            throw new ArgumentException(
                $"The head of '{space.Name}' gives [N, {string.Join(", ", logits)}]; expected [N, {space.Classes}]. " +
                "End the head with a pooling or a flattening and a linear layer.");
    }

    /// <summary>Cost of the network of a genotype, with affine batch normalisations as it is trained.</summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <exception cref="ArgumentException">The genotype lacks a cell of the space or names an operation that it does not have or an edge
    /// does not allow.</exception>
    public ModuleCost Of(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        if (space.FittedTo(genotype) is var fitted && fitted != space)
            return new CostModel(fitted).Of(genotype);
        ModuleCost total = fixedParts;
        foreach (var (placement, shapes) in cells)
        {
            CellGenotype cell = genotype[placement.Cell.Name];
            for (int node = 0; node < cell.Nodes.Count; node++)
                foreach (Gene gene in cell.Nodes[node])
                {
                    int inputs = placement.Cell.Topology.Inputs;
                    CellEdge edge = placement.Cell.Topology.Edge(gene.Source, node + inputs);
                    CandidateOperation operation = placement.Cell.Operation(gene.Operation);
                    if (!placement.Cell.Allowed(edge).Any(k => placement.Cell.Operations[k] == operation))
                        throw new ArgumentException(
                            $"The gene '{gene}' of cell '{placement.Cell.Name}' has an operation that edge {edge} does not allow; it allows " +
                            $"{string.Join(", ", placement.Cell.Allowed(edge).Select(k => placement.Cell.Operations[k]))}.", nameof(genotype));
                    ModuleCost cost = OperationCost(placement, edge, operation, shapes);
                    // What reads a node without genes has parameters and is never run (FairDARTS).
                    bool runs = gene.Source < inputs || cell.Nodes[gene.Source - inputs].Count > 0;
                    total += runs ? cost : new ModuleCost(cost.Parameters, 0, 0);
                }
        }
        return total;
    }

    private IReadOnlyList<long> Add(CellPlacement cell, IReadOnlyList<IReadOnlyList<long>> earlier)
    {
        CellTopology topology = cell.Cell.Topology;
        var shapes = new IReadOnlyList<long>[topology.Nodes];
        for (int i = 0; i < topology.Inputs; i++)
            shapes[i] = Add($"the preprocessing of input {i} of cell '{cell.Cell.Name}'", space.Preprocessing, cell.Inputs[i], earlier[i]);
        cells.Add((cell, shapes));
        foreach (CellEdge edge in topology.Edges)
            foreach (int k in cell.Cell.Allowed(edge))
                OperationCost(cell, edge, cell.Cell.Operations[k], shapes);
        IReadOnlyList<long> node = shapes[^1];
        return [node[0] * topology.OutputMultiplier, .. node.Skip(1)];
    }

    private ModuleCost OperationCost(
        CellPlacement cell, CellEdge edge, CandidateOperation operation, IReadOnlyList<long>[] shapes)
    {
        OperationContext context = cell.Place(edge);
        IReadOnlyList<long> source = shapes[edge.Source];
        var key = (operation, context, string.Join('x', source));
        if (!operations.TryGetValue(key, out ModuleCost cost))
        {
            cost = Measure($"Operation '{operation.Name}'", operation.Create, context, source, out var given);
            long[] expected = [context.OutChannels, .. source.Skip(1).Select(n => (n + context.Stride - 1) / context.Stride)];
            if (!given.SequenceEqual(expected))
                throw new ArgumentException(
                    $"Operation '{operation.Name}' of '{space.Name}' turns [N, {string.Join(", ", source)}] into " +
                    $"[N, {string.Join(", ", given)}] at stride {context.Stride}; expected [N, {string.Join(", ", expected)}]. " +
                    "Pad it so that all operations of an edge agree.");
            operations.Add(key, cost);
        }
        shapes[edge.Target] ??= [context.OutChannels, .. source.Skip(1).Select(n => (n + context.Stride - 1) / context.Stride)];
        return cost;
    }

    private IReadOnlyList<long> Add(
        string part, Func<OperationContext, nn.Module<Tensor, Tensor>> create, OperationContext context, IReadOnlyList<long> input)
    {
        fixedParts += Measure(part, create, context, input, out IReadOnlyList<long> output);
        if (output[0] != context.OutChannels)
            throw new ArgumentException(
                $"{char.ToUpperInvariant(part[0])}{part[1..]} of '{space.Name}' gives [N, {string.Join(", ", output)}]; " +
                $"expected {context.OutChannels} channels.");
        return output;
    }

    private ModuleCost Measure(
        string part, Func<OperationContext, nn.Module<Tensor, Tensor>> create, OperationContext context,
        IReadOnlyList<long> input, out IReadOnlyList<long> output)
    {
        using nn.Module<Tensor, Tensor> module = create(context);
        try
        {
            return ModuleCost.Measure(module, input, out output);
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new ArgumentException(
                $"{char.ToUpperInvariant(part[0])}{part[1..]} of '{space.Name}' fails on an input [N, {string.Join(", ", input)}] " +
                $"with {context}: {e.Message.Split('\n')[0]}", e);
        }
    }
}
