using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Spaces whose candidates differ by edge.</summary>
internal static class Restricted
{
    /// <summary>The space with one to all of its candidates on each edge.</summary>
    public static SearchSpace AtRandom(SearchSpace space, int seed)
    {
        var random = new Random(seed);
        foreach (CellSpecification kind in space.Cells)
            foreach (CellEdge edge in kind.Topology.Edges)
            {
                string[] names = [.. kind.Operations.Select(o => o.Name)];
                random.Shuffle(names);
                space = space.Allow(kind.Name, edge.Index, names[..random.Next(1, names.Length + 1)]);
            }
        return space;
    }

    /// <summary>NAS-Bench-201 of three small cells, with two, one, three, two, two and all candidates on its edges.</summary>
    public static SearchSpace Small { get; } = SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8)
        .Allow("cell", 0, "skip_connect", "nor_conv_3x3")
        .Allow("cell", 1, "nor_conv_1x1")
        .Allow("cell", 2, "none", "skip_connect", "avg_pool_3x3")
        .Allow("cell", 3, "nor_conv_3x3", "nor_conv_1x1")
        .Allow("cell", 4, "none", "avg_pool_3x3");

    /// <summary>Columns that the edges of <see cref="Small"/> allow.</summary>
    public static int[][] Columns { get; } = [[1, 3], [2], [0, 1, 4], [2, 3], [0, 4], [0, 1, 2, 3, 4]];

    public static IEnumerable<(int Edge, int Operation)> Excluded =>
        from edge in Enumerable.Range(0, 6)
        from k in Enumerable.Range(0, 5)
        where !Columns[edge].Contains(k)
        select (edge, k);
}
