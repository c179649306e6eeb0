using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>One kind of searched cell: all its copies in the network share one set of architecture parameters.</summary>
public sealed partial class CellSpecification
{
    private readonly IReadOnlyList<int>[] allowed;

    /// <summary>Declares a kind of cell.</summary>
    /// <param name="name">Name of the kind, for example <c>normal</c> or <c>reduction</c>.</param>
    /// <param name="topology">Nodes and edges.</param>
    /// <param name="operations">The candidates, in the column order of α.</param>
    /// <param name="allowed">
    /// Names of the candidates that some edges allow, by the index of the edge; an edge that is not named allows all of them.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Fewer than two operations, two of one name, or an edge that does not exist, allows nothing, allows what is no candidate, or has none
    /// that may be derived.
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
        if (operations.FirstOrDefault(o => operations.All(other => other.Name != o.DerivesAs)) is { } copy)
            throw new ArgumentException(
                $"Cell '{name}' has an operation '{copy}' that stands as '{copy.DerivesAs}' in genotypes, which is no operation of the " +
                $"cell; expected one of {string.Join(", ", operations)}.", nameof(operations));
        if (AllowedFaults(topology, operations, allowed).FirstOrDefault() is { } fault)
            throw new ArgumentException($"Cell '{name}': {fault}", nameof(allowed));
        Name = name;
        Topology = topology;
        Operations = [.. operations];
        this.allowed = [.. topology.Edges.Select(edge => Columns(allowed?.GetValueOrDefault(edge.Index)))];
    }

    private CellSpecification(
        string name, CellTopology topology, IReadOnlyList<CandidateOperation> operations, IReadOnlyList<int>[] allowed)
    {
        Name = name;
        Topology = topology;
        Operations = operations;
        this.allowed = allowed;
    }

    /// <summary>Name of the kind.</summary>
    public string Name { get; }

    /// <summary>Nodes and edges.</summary>
    public CellTopology Topology { get; }

    /// <summary>All candidates, in the column order of α.</summary>
    public IReadOnlyList<CandidateOperation> Operations { get; }

    /// <summary>Whether every edge allows all <see cref="Operations"/>.</summary>
    public bool IsEverythingAllowed => allowed.All(columns => columns.Count == Operations.Count);

    /// <summary>The candidates that an edge allows: columns of α, ascending; at least one unless a rule has pruned the last.</summary>
    /// <param name="edge">An edge of the cell.</param>
    public IReadOnlyList<int> Allowed(CellEdge edge) => allowed[edge.Index];

    /// <summary>The candidates of an edge that a rule may choose: columns of α, ascending; at least one unless a rule has pruned the
    /// last.</summary>
    /// <param name="edge">An edge of the cell.</param>
    public IReadOnlyList<int> Derivable(CellEdge edge) => [.. Allowed(edge).Where(k => Operations[k].IsDerivable)];

    /// <summary>The cell that keeps every edge with one operation.</summary>
    /// <param name="operations">A column of α for each edge.</param>
    public CellGenotype Path(IReadOnlyList<int> operations) => new(Topology.Edges.GroupBy(edge => edge.Target)
        .Select(node => node.Select(edge => new Gene(Operations[operations[edge.Index]].DerivesAs, edge.Source))));

    /// <summary>Whether an edge allows an operation.</summary>
    /// <param name="edge">An edge of the cell.</param>
    /// <param name="operation">Column of α.</param>
    public bool IsAllowed(CellEdge edge, int operation) => allowed[edge.Index].Contains(operation);

    /// <summary>The candidate of a name.</summary>
    /// <param name="name">Name as in a genotype.</param>
    /// <exception cref="ArgumentException">No candidate has that name.</exception>
    public CandidateOperation Operation(string name) => Operations[Column(name)];

    /// <summary>The column of α of a candidate.</summary>
    /// <exception cref="ArgumentException">No candidate has that name.</exception>
    internal int Column(string name)
    {
        for (int k = 0; k < Operations.Count; k++)
            if (Operations[k].Name == name)
                return k;
        throw new ArgumentException($"Cell '{Name}' has no operation '{name}'; it has {string.Join(", ", Operations)}.", nameof(name));
    }

    /// <summary>The kind with a further candidate on every edge.</summary>
    internal CellSpecification With(CandidateOperation operation) =>
        new(Name, Topology, [.. Operations, operation], [.. allowed.Select(columns => (IReadOnlyList<int>)[.. columns, Operations.Count])]);

    /// <summary>The kind with fewer candidates on one edge.</summary>
    internal CellSpecification Allow(int edge, IReadOnlyList<string> names)
    {
        var one = new Dictionary<int, IReadOnlyList<string>> { [edge] = names };
        if (AllowedFaults(Topology, Operations, one).FirstOrDefault() is { } fault)
            throw new ArgumentException($"Cell '{Name}': {fault}", nameof(edge));
        IReadOnlyList<int>[] changed = [.. allowed];
        changed[edge] = Columns(names);
        return new CellSpecification(Name, Topology, Operations, changed);
    }

    /// <summary>The kind without one candidate of an edge, which may be its last.</summary>
    internal CellSpecification Without(int edge, int column)
    {
        IReadOnlyList<int>[] changed = [.. allowed];
        changed[edge] = [.. allowed[edge].Where(k => k != column)];
        return new CellSpecification(Name, Topology, Operations, changed);
    }

    /// <summary>The kind under another name.</summary>
    internal CellSpecification Named(string name) => new(name, Topology, Operations, allowed);

    /// <summary>Whether this is another kind whose edges have fewer candidates, or that kind.</summary>
    internal bool IsRestrictionOf(CellSpecification other) => ReferenceEquals(Operations, other.Operations) &&
        ReferenceEquals(Topology, other.Topology) && Topology.Edges.All(edge => Allowed(edge).All(k => other.IsAllowed(edge, k)));

    /// <summary>The kind with the nodes and the output of a cell of a genotype; this instance if they are the same.</summary>
    /// <exception cref="ArgumentException">The cell has no genes.</exception>
    internal CellSpecification For(CellGenotype cell)
    {
        if (cell.IsEmpty)
            throw new ArgumentException(
                $"Cell '{Name}' of the genotype has no genes ({cell}), so that there is no network of it; expected at least one. Derive " +
                "it after more epochs, or with a lower threshold.");
        IReadOnlyList<int> outputs = cell.OutputNodes ?? [.. NodesWithGenes(cell)];
        bool isSame = cell.Nodes.Count == Topology.ComputedNodes &&
            (Topology.Output == CellOutput.LastNode || outputs.SequenceEqual(Topology.OutputNodes));
        if (isSame)
            return this;
        var topology = new CellTopology(Topology.Inputs, cell.Nodes.Count, Topology.Output, outputs);
        // Edges are ordered by target, so those that both have keep their indices.
        return new CellSpecification(Name, topology, Operations, [.. topology.Edges.Select(edge =>
            edge.Index < allowed.Length ? allowed[edge.Index] : Columns(null))]);
    }

    /// <summary>Error messages for candidates that edges cannot allow; empty if all can.</summary>
    internal static IEnumerable<string> AllowedFaults(
        CellTopology topology, IReadOnlyList<CandidateOperation> operations, IReadOnlyDictionary<int, IReadOnlyList<string>>? allowed)
    {
        if (!operations.Any(o => o.IsDerivable))
            yield return $"no rule may choose any of {string.Join(", ", operations)}; expected at least one operation that is derivable.";
        foreach (var (edge, names) in allowed ?? new Dictionary<int, IReadOnlyList<string>>())
        {
            if (edge < 0 || edge >= topology.Edges.Count)
                yield return $"there is no edge {edge}; the cell has the edges 0 to {topology.Edges.Count - 1}.";
            if (names.Count == 0)
                yield return $"edge {edge} allows no operation; name at least 1 of {string.Join(", ", operations)}.";
            foreach (string unknown in names.Where(name => operations.All(o => o.Name != name)))
                yield return $"edge {edge} allows '{unknown}', which is no candidate; expected some of {string.Join(", ", operations)}.";
            if (names.Count > 0 && !operations.Any(o => o.IsDerivable && names.Contains(o.Name)))
                yield return $"edge {edge} allows only {string.Join(", ", names)}, which no rule may choose; allow an operation that is " +
                    "derivable, too.";
        }
    }

    /// <summary>Columns of α of some candidates; of all if null.</summary>
    private IReadOnlyList<int> Columns(IReadOnlyList<string>? names) =>
        [.. Enumerable.Range(0, Operations.Count).Where(k => names is null || names.Contains(Operations[k].Name))];

    private IEnumerable<int> NodesWithGenes(CellGenotype cell)
    {
        for (int i = 0; i < cell.Nodes.Count; i++)
            if (cell.Nodes[i].Count > 0)
                yield return Topology.Inputs + i;
    }
}
