using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>One kind of searched cell: all its copies in the network share one set of architecture parameters.</summary>
public sealed class CellSpecification
{
    /// <summary>Declares a kind of cell.</summary>
    /// <param name="name">Name of the kind, for example <c>normal</c> or <c>reduction</c>.</param>
    /// <param name="topology">Nodes and edges.</param>
    /// <param name="operations">The candidates of every edge, in the column order of α.</param>
    /// <exception cref="ArgumentException">Fewer than two operations, or two of one name.</exception>
    public CellSpecification(string name, CellTopology topology, IReadOnlyList<CandidateOperation> operations)
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
    }

    /// <summary>Name of the kind.</summary>
    public string Name { get; }

    /// <summary>Nodes and edges.</summary>
    public CellTopology Topology { get; }

    /// <summary>The candidates of every edge, in the column order of α.</summary>
    public IReadOnlyList<CandidateOperation> Operations { get; }

    /// <summary>The candidate of a name.</summary>
    /// <param name="name">Name as in a genotype.</param>
    /// <exception cref="ArgumentException">No candidate has that name.</exception>
    public CandidateOperation Operation(string name) =>
        Operations.FirstOrDefault(o => o.Name == name) ?? throw new ArgumentException(
            $"Cell '{Name}' has no operation '{name}'; it has {string.Join(", ", Operations)}.", nameof(name));
}
