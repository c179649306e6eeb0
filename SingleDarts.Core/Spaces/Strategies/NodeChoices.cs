using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// What a computed node of a kind of cell can be in the genotypes of a space: one gene of each of some groups. A group is an edge with its
/// candidates or, if the rule may keep two genes of one edge, a single gene.
/// </summary>
internal sealed class NodeChoices
{
    private readonly Dictionary<Gene, int> places;

    /// <summary>Declares a node.</summary>
    /// <param name="cell">The kind of cell.</param>
    /// <param name="groups">Edges and columns of α of each group, in the order of both.</param>
    /// <param name="kept">Groups that a genotype keeps.</param>
    public NodeChoices(CellSpecification cell, IReadOnlyList<(CellEdge Edge, int Column)[]> groups, int kept)
    {
        Cell = cell;
        Candidates = [.. groups.SelectMany(group => group)];
        Genes = [.. Candidates.Select(candidate => new Gene(cell.Operations[candidate.Column].Name, candidate.Edge.Source))];
        Kept = kept;
        places = Enumerable.Range(0, Genes.Count).ToDictionary(i => Genes[i]);
        var members = new List<IReadOnlyList<int>>();
        foreach (var group in groups)
            members.Add([.. Enumerable.Range(members.Sum(before => before.Count), group.Length)]);
        Groups = members;
    }

    /// <summary>The kind of cell.</summary>
    public CellSpecification Cell { get; }

    /// <summary>Every gene that the node can have, ordered by edge and column.</summary>
    public IReadOnlyList<Gene> Genes { get; }

    /// <summary>Edge and column of α of each gene.</summary>
    public IReadOnlyList<(CellEdge Edge, int Column)> Candidates { get; }

    /// <summary>Places of the genes of each group.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Groups { get; }

    /// <summary>Groups that a genotype keeps.</summary>
    public int Kept { get; }

    /// <summary>Whether a genotype keeps every group, so that only operations are chosen.</summary>
    public bool IsWhole => Kept == Groups.Count;

    /// <summary>Places of the genes of a node of a genotype, ascending.</summary>
    /// <exception cref="ArgumentException">The rule of the space does not give these genes.</exception>
    public int[] Of(IReadOnlyList<Gene> genes)
    {
        int[] found = [.. genes.Where(places.ContainsKey).Select(gene => places[gene]).Order()];
        int groups = Groups.Count(group => group.Any(found.Contains));
        return genes.Count == Kept && groups == Kept ? found : throw new ArgumentException(
            $"A node of cell '{Cell.Name}' has the genes {string.Join(", ", genes)}; the rule of the space gives {Kept} of " +
            $"{string.Join(", ", Genes)}, so that this genotype is none that it can search among.");
    }
}
