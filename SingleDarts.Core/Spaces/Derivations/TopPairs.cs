using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The rule of GDAS in the space of DARTS (<c>D-X-Y/AutoDL-Projects</c> f46486e): every node keeps its strongest pairs of operation and
/// source among all operations of all its edges, zero operations excluded. Both may be of the same source, unlike with
/// <see cref="TopEdges"/>. Ties go to the lower source and the earlier operation.
/// </summary>
/// <remarks>A network of such a genotype needs <c>EvaluationNetworkOptions.AllowRepeatedEdges</c>.</remarks>
public sealed record TopPairs : CellDerivation
{
    /// <summary>Makes the rule.</summary>
    /// <param name="pairs">Pairs kept per node; a node with fewer keeps all.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 pair.</exception>
    public TopPairs(int pairs = 2)
    {
        if (pairs < 1)
            throw new ArgumentOutOfRangeException(nameof(pairs), pairs, "A node must keep at least 1 pair; GDAS keeps 2.");
        Pairs = pairs;
    }

    /// <summary>Pairs kept per node; a node with fewer keeps all.</summary>
    public int Pairs { get; }

    /// <inheritdoc/>
    public override string Name => $"top-{Pairs}-pairs";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(CellSpecification cell) => new TopEdges(Pairs).Faults(cell);

    /// <summary>Derives one kind of cell; genes of a node are ordered by strength, strongest first.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations]; only the weights are read.</param>
    /// <exception cref="ArgumentException">
    /// The weights have another shape or hold NaN, or the cell has no operation other than zero.
    /// </exception>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var weights = new EdgeScores(cell, snapshot.OperationWeights, "weights");
        if (Faults(cell).FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(cell));
        return new CellGenotype(cell.Topology.Edges.GroupBy(edge => edge.Target).Select(node => node
            .SelectMany(edge => weights.Operations(edge, operation => !operation.IsZero)
                .Select(o => (Gene: new Gene(o.Name, edge.Source), o.Score)))
            .OrderByDescending(pair => pair.Score)
            .Take(Pairs)
            .Select(pair => pair.Gene)));
    }
}
