using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>Changes one gene of a genotype at random.</summary>
internal static class Mutation
{
    /// <summary>A random neighbour (<see cref="SearchSpace.RandomNeighbor"/>).</summary>
    public static Genotype Neighbor(SearchSpace space, Genotype genotype, Random random)
    {
        foreach (CellSpecification kind in space.Cells)
            kind.Validate(genotype[kind.Name], allowRepeatedEdges: true);
        Site[] sites = [.. space.Cells.SelectMany(kind => Sites(kind, genotype[kind.Name], space.Choices.KeepsZeros(kind)))];
        if (sites.Length == 0)
            throw new ArgumentException(
                $"The genotype '{genotype}' has no neighbour in the space '{space.Name}', which leaves no choice on its edges; allow " +
                "more candidates.", nameof(genotype));
        string cell = Draw([.. sites.Select(site => site.Kind.Name).Distinct()], random);
        int node = Draw([.. sites.Where(site => site.Kind.Name == cell).Select(site => site.Node).Distinct()], random);
        Site chosen = Draw([.. sites.Where(site => site.Kind.Name == cell && site.Node == node)], random);
        Gene gene = Draw(Draw([.. new[] { chosen.Operations, chosen.Sources }.Where(genes => genes.Length > 0)], random), random);
        return new Genotype(genotype.Cells.ToDictionary(c => c.Key, c => c.Key == cell ? Replace(c.Value, chosen, gene) : c.Value));
    }

    /// <summary>The genes of a cell that can be changed.</summary>
    private static IEnumerable<Site> Sites(CellSpecification kind, CellGenotype cell, bool keepsZeros)
    {
        int inputs = kind.Topology.Inputs;
        for (int i = 0; i < cell.Nodes.Count; i++)
            for (int place = 0; place < cell.Nodes[i].Count; place++)
            {
                Gene gene = cell.Nodes[i][place];
                int node = inputs + i;
                IEnumerable<string> Operations(int source) => kind.Derivable(kind.Topology.Edge(source, node))
                    .Select(k => kind.Operations[k]).Where(o => keepsZeros || !o.IsZero).Select(o => o.Name);
                Gene[] operations = [.. Operations(gene.Source).Where(name => name != gene.Operation)
                    .Select(name => new Gene(name, gene.Source))];
                Gene[] sources = [.. Enumerable.Range(0, node).Except(cell.Nodes[i].Select(g => g.Source))
                    .Where(source => Operations(source).Contains(gene.Operation)).Select(source => new Gene(gene.Operation, source))];
                if (operations.Length + sources.Length > 0)
                    yield return new Site(kind, i, place, operations, sources);
            }
    }

    private static CellGenotype Replace(CellGenotype cell, Site site, Gene gene) => new(
        cell.Nodes.Select((genes, i) => genes.Select((g, place) => i == site.Node && place == site.Place ? gene : g)), cell.OutputNodes);

    private static T Draw<T>(T[] items, Random random) => items[random.Next(items.Length)];

    /// <summary>A gene, what it can become by another operation, and by another source.</summary>
    private sealed record Site(CellSpecification Kind, int Node, int Place, Gene[] Operations, Gene[] Sources);
}
