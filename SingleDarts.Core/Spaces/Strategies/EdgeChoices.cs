using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Genotypes of a space that keeps every edge as one choice for each edge: the candidate's place among those that a rule may choose.
/// </summary>
internal sealed class EdgeChoices
{
    private readonly SearchSpace space;
    private readonly IReadOnlyList<int>[] columns;

    public EdgeChoices(SearchSpace space)
    {
        this.space = space;
        Edges = [.. space.Cells.SelectMany(cell => cell.Topology.Edges.Select(edge => (cell, edge)))];
        columns = [.. Edges.Select(place => place.Cell.Derivable(place.Edge))];
    }

    /// <summary>The edges of all kinds of cells.</summary>
    public IReadOnlyList<(CellSpecification Cell, CellEdge Edge)> Edges { get; }

    /// <summary>Columns of α of the candidates of an edge.</summary>
    /// <param name="edge">Place among <see cref="Edges"/>.</param>
    public IReadOnlyList<int> Columns(int edge) => columns[edge];

    /// <summary>The genotype of choices.</summary>
    public Genotype Genotype(IReadOnlyList<int> choices)
    {
        int next = 0;
        return new Genotype(space.Cells.ToDictionary(cell => cell.Name, cell =>
            cell.Path([.. cell.Topology.Edges.Select(_ => columns[next][choices[next++]])])));
    }

    /// <summary>The choices of a genotype.</summary>
    public int[] Of(Genotype genotype)
    {
        var choices = new int[columns.Length];
        for (int i = 0; i < choices.Length; i++)
        {
            var (cell, edge) = Edges[i];
            Gene gene = genotype[cell.Name].Nodes[edge.Target - cell.Topology.Inputs].First(gene => gene.Source == edge.Source);
            int column = cell.Column(gene.Operation);
            while (columns[i][choices[i]] != column)
                choices[i]++;
        }
        return choices;
    }

    /// <summary>Sentences that say why genotypes are no such choices; empty if they are.</summary>
    /// <param name="space">The space.</param>
    /// <param name="what">Who chooses, at the beginning of a sentence: <c>The strategy 'bohb'</c>.</param>
    public static IEnumerable<string> Faults(SearchSpace space, string what)
    {
        Genotype any = space.RandomGenotype(0L);
        if (space.Cells.Any(cell => any[cell.Name].Nodes.Sum(genes => genes.Count) != cell.Topology.Edges.Count))
            yield return $"{what} chooses an operation for every edge, but genotypes of '{space.Name}' leave edges out; take a space " +
                "whose rule keeps them, for example EdgeArgmax.";
    }
}
