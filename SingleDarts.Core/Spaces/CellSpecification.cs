using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>One kind of searched cell: all its copies in the network share one set of architecture parameters.</summary>
public sealed class CellSpecification
{
    private readonly IReadOnlyList<int>[] allowed;

    /// <summary>Declares a kind of cell.</summary>
    /// <param name="name">Name of the kind, for example <c>normal</c> or <c>reduction</c>.</param>
    /// <param name="topology">Nodes and edges.</param>
    /// <param name="operations">The candidates, in the column order of α.</param>
    /// <param name="allowed">
    /// Names of the candidates that some edges have, by the index of the edge; an edge that is not named has all of them.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Fewer than two operations, or two of one name; or an edge that does not exist, that allows nothing, or that allows what is no candidate.
    /// </exception>
    public CellSpecification(
        string name, CellTopology topology, IReadOnlyList<CandidateOperation> operations,
        IReadOnlyDictionary<int, IReadOnlyList<string>>? allowed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count < 2)
            throw new ArgumentException(
                $"Cell '{name}' has {operations.Count} candidate operation(s); a search needs at least 2.", nameof(operations));
        if (operations.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"Cell '{name}' has {twice.Count()} operations named '{twice.Key}'; names must differ.", nameof(operations));
        Name = name;
        Topology = topology;
        Operations = [.. operations];
        if (RestrictionFaults(topology, operations, allowed).FirstOrDefault() is { } fault)
            throw new ArgumentException($"Cell '{name}': {fault}", nameof(allowed));
        int[] all = [.. Enumerable.Range(0, operations.Count)];
        this.allowed = [.. topology.Edges.Select(edge => allowed?.GetValueOrDefault(edge.Index) is { } names
            ? (IReadOnlyList<int>)[.. all.Where(k => names.Contains(operations[k].Name))] : all)];
    }

    /// <summary>Name of the kind.</summary>
    public string Name { get; }

    /// <summary>Nodes and edges.</summary>
    public CellTopology Topology { get; }

    /// <summary>All candidates, in the column order of α.</summary>
    public IReadOnlyList<CandidateOperation> Operations { get; }

    /// <summary>Whether some edge has fewer candidates than there are <see cref="Operations"/>.</summary>
    public bool IsRestricted => allowed.Any(columns => columns.Count < Operations.Count);

    /// <summary>The candidates of an edge: columns of α, ascending, at least one.</summary>
    /// <param name="edge">An edge of the cell.</param>
    public IReadOnlyList<int> Allowed(CellEdge edge) => allowed[edge.Index];

    /// <summary>Whether an operation is a candidate of an edge.</summary>
    /// <param name="edge">An edge of the cell.</param>
    /// <param name="operation">Column of α.</param>
    public bool Allows(CellEdge edge, int operation) => allowed[edge.Index].Contains(operation);

    /// <summary>The candidate of a name.</summary>
    /// <param name="name">Name as in a genotype.</param>
    /// <exception cref="ArgumentException">No candidate has that name.</exception>
    public CandidateOperation Operation(string name) =>
        Operations.FirstOrDefault(o => o.Name == name) ?? throw new ArgumentException(
            $"Cell '{Name}' has no operation '{name}'; it has {string.Join(", ", Operations)}.", nameof(name));

    internal static IEnumerable<string> RestrictionFaults(
        CellTopology topology, IReadOnlyList<CandidateOperation> operations, IReadOnlyDictionary<int, IReadOnlyList<string>>? allowed)
    {
        foreach (var (edge, names) in allowed ?? new Dictionary<int, IReadOnlyList<string>>())
        {
            if (edge < 0 || edge >= topology.Edges.Count)
                yield return $"there is no edge {edge} to restrict; the cell has the edges 0 to {topology.Edges.Count - 1}.";
            if (names.Count == 0)
                yield return $"edge {edge} allows no operation; name at least 1 of {string.Join(", ", operations)}.";
            foreach (string unknown in names.Where(name => operations.All(o => o.Name != name)))
                yield return $"edge {edge} allows '{unknown}', which is no candidate; expected some of {string.Join(", ", operations)}.";
        }
    }
}
