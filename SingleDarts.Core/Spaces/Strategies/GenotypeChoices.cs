using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The genotypes of a space as choices: which edges every node keeps, and the operation of each. Made of what the rule of the space
/// (<see cref="SearchSpace.Derivation"/>) gives for some parameters: how many genes of a node it keeps, whether zero operations are among
/// them, and whether two are of one edge.
/// </summary>
internal sealed class GenotypeChoices
{
    private const int Probes = 32;
    private readonly SearchSpace space;
    private readonly string? fault;

    public GenotypeChoices(SearchSpace space)
    {
        this.space = space;
        Genotype zeros = space.Choose((_, operation) => operation.IsZero ? 1 : 0.5);
        Genotype firstSource = space.Choose((edge, _) => edge.Source == 0 ? 1 : 0.5);
        Genotype[] probes =
            [zeros, firstSource, .. Enumerable.Range(0, Probes).Select(seed => space.RandomGenotype((long)seed))];
        var nodes = new List<NodeChoices>();
        foreach (CellSpecification cell in space.Cells)
        {
            bool keepsZeros = KeepsZeros(cell, zeros[cell.Name]);
            for (int i = 0; i < cell.Topology.ComputedNodes; i++)
            {
                int[] counts = [.. probes.Select(probe => probe[cell.Name].Nodes[i].Count).Distinct().Order()];
                if (counts.Length > 1)
                    fault ??= $"keeps {counts[0]} to {counts[^1]} edges of node {cell.Topology.Inputs + i} of cell '{cell.Name}'";
                bool repeats = probes.Any(probe => probe[cell.Name].Nodes[i].GroupBy(gene => gene.Source).Any(same => same.Count() > 1));
                nodes.Add(new NodeChoices(cell, Groups(cell, cell.Topology.Inputs + i, keepsZeros, repeats), counts[^1]));
            }
        }
        Nodes = nodes;
    }

    /// <summary>The computed nodes of all kinds of cells.</summary>
    public IReadOnlyList<NodeChoices> Nodes { get; }

    /// <summary>Whether the rule of the space keeps zero operations of a kind of cell.</summary>
    public bool KeepsZeros(CellSpecification cell) =>
        Nodes.Any(node => node.Cell.Name == cell.Name && node.Candidates.Any(gene => cell.Operations[gene.Column].IsZero));

    /// <summary>The genotype whose nodes have the genes of the given places.</summary>
    public Genotype Genotype(IEnumerable<IEnumerable<int>> places)
    {
        var nodes = Nodes.Zip(places, (node, chosen) => (node.Cell.Name, Genes: chosen.Select(place => node.Genes[place])));
        return new Genotype(nodes.GroupBy(node => node.Name)
            .ToDictionary(cell => cell.Key, cell => new CellGenotype(cell.Select(node => node.Genes))));
    }

    /// <summary>Places of the genes of every node of a genotype.</summary>
    /// <exception cref="ArgumentException">The rule of the space does not give this genotype.</exception>
    public int[][] Of(Genotype genotype)
    {
        int next = 0;
        return [.. space.Cells.SelectMany(cell => genotype[cell.Name].Nodes).Select(genes => Nodes[next++].Of(genes))];
    }

    /// <summary>A sentence that says why genotypes of a space are no such choices; empty if they are.</summary>
    /// <param name="space">The space.</param>
    /// <param name="what">Who chooses, at the beginning of a sentence: <c>The strategy 'bohb'</c>.</param>
    public static IEnumerable<string> Faults(SearchSpace space, string what) => space.Choices.fault is not { } fault ? []
        : [$"{what} needs a rule that keeps the same number of edges of a node every time, but '{space.Derivation.Name}' of the space " +
            $"'{space.Name}' {fault}; take a space with another rule, for example TopEdges or EdgeArgmax."];

    private static bool KeepsZeros(CellSpecification cell, CellGenotype zeros) =>
        zeros.Nodes.SelectMany(genes => genes).Any(gene => cell.Operation(gene.Operation).IsZero);

    private static IReadOnlyList<(CellEdge, int)[]> Groups(CellSpecification cell, int node, bool keepsZeros, bool repeats)
    {
        IEnumerable<(CellEdge, int)[]> edges = cell.Topology.EdgesInto(node).Select(edge => cell.Derivable(edge)
            .Where(k => keepsZeros || !cell.Operations[k].IsZero).Select(k => (edge, k)).ToArray());
        return [.. (repeats ? edges.SelectMany(genes => genes.Select(gene => new[] { gene })) : edges).Where(group => group.Length > 0)];
    }
}
