using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Genotypes of a space as vectors of numbers, for densities of independent choices: of every node that leaves edges out, which of its sets
/// of edges it keeps; then the operation of each kept edge, a column of α, in the order of the edges.
/// </summary>
internal sealed class GenotypeVector
{
    private readonly GenotypeChoices choices;
    private readonly int[][][] sets;
    private readonly (int Node, int Slot, int Start)[] dimensions;

    public GenotypeVector(GenotypeChoices choices)
    {
        this.choices = choices;
        sets = [.. choices.Nodes.Select(node => Sets(0, node.Groups.Count, node.Kept).ToArray())];
        var all = new List<(int Node, int Slot, int Start)>();
        for (int n = 0; n < sets.Length; n++)
        {
            int start = all.Count;
            // Slot -1 is the set of edges.
            for (int slot = sets[n].Length > 1 ? -1 : 0; slot < choices.Nodes[n].Kept; slot++)
                all.Add((n, slot, start));
        }
        dimensions = [.. all];
    }

    /// <summary>Numbers of a vector.</summary>
    public int Length => dimensions.Length;

    /// <summary>The vector of a genotype.</summary>
    /// <exception cref="ArgumentException">The rule of the space does not give this genotype.</exception>
    public int[] Of(Genotype genotype)
    {
        int[][] places = choices.Of(genotype);
        return [.. dimensions.Select(dimension =>
        {
            NodeChoices node = choices.Nodes[dimension.Node];
            int[] genes = places[dimension.Node];
            bool AreOf(int[] set) => set.Zip(genes).All(pair => node.Groups[pair.First].Contains(pair.Second));
            return dimension.Slot >= 0 ? node.Candidates[genes[dimension.Slot]].Column : Array.FindIndex(sets[dimension.Node], AreOf);
        })];
    }

    /// <summary>The values that the number behind a beginning can have.</summary>
    /// <param name="beginning">Numbers of a vector, fewer than all.</param>
    public IReadOnlyList<int> Values(IReadOnlyList<int> beginning)
    {
        var (n, slot, _) = dimensions[beginning.Count];
        return slot < 0 ? [.. Enumerable.Range(0, sets[n].Length)]
            : [.. Group(beginning, beginning.Count).Select(place => choices.Nodes[n].Candidates[place].Column)];
    }

    /// <summary>The genotype of a vector, each of whose numbers is one of <see cref="Values"/>.</summary>
    public Genotype Genotype(IReadOnlyList<int> vector) => choices.Genotype(Enumerable.Range(0, sets.Length).Select(n =>
        Enumerable.Range(0, dimensions.Length).Where(i => dimensions[i].Node == n && dimensions[i].Slot >= 0)
            .Select(i => Group(vector, i).First(place => choices.Nodes[n].Candidates[place].Column == vector[i]))));

    /// <summary>Places of the genes of the edge that a number chooses the operation of.</summary>
    private IReadOnlyList<int> Group(IReadOnlyList<int> vector, int dimension)
    {
        var (n, slot, start) = dimensions[dimension];
        return choices.Nodes[n].Groups[sets[n][sets[n].Length > 1 ? vector[start] : 0][slot]];
    }

    /// <summary>The sets of some numbers of [first, end), each ascending.</summary>
    private static IEnumerable<int[]> Sets(int first, int end, int size) => size == 0 ? [[]]
        : Enumerable.Range(first, end - first).SelectMany(i => Sets(i + 1, end, size - 1).Select(rest => (int[])[i, .. rest]));
}
