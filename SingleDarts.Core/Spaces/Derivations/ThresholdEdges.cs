using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The rule of FairDARTS (Chu et al., ECCV 2020): of the strongest edges of every node, the operations whose weight reaches a threshold,
/// zero operations excluded. A node may keep fewer edges than others, or none. Ties go to the lower source and the earlier operation.
/// </summary>
/// <param name="Threshold">Least weight of an operation that is kept; 0.85 in FairDARTS, where weights are sigmoids.</param>
/// <remarks>
/// <para>By default <c>threshold_sparse</c> of <c>xiaomi-automl/FairDARTS</c> 270cfc9: two edges, each with its best operation. All edges
/// with two operations at most are its <c>threshold_edge</c>; networks of such genotypes need
/// <c>EvaluationNetworkOptions.AllowRepeatedEdges</c>.</para>
/// <para>A node that would read nothing but nodes without genes has none, either. A cell may have no genes at all
/// (<see cref="CellGenotype.IsEmpty"/>), above all early in a search; then there is no network.</para>
/// </remarks>
public sealed record ThresholdEdges(double Threshold = 0.85) : CellDerivation
{
    /// <summary>Edges of a node that are looked at, the strongest ones; all if null.</summary>
    /// <value>2.</value>
    public int? Edges { get; init; } = 2;

    /// <summary>Most operations that an edge keeps.</summary>
    /// <value>1.</value>
    public int OperationsPerEdge { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => $"weights-from-{FormattableString.Invariant($"{Threshold}")}-of-" +
        $"{(Edges is null ? "all" : $"top-{Edges}")}-edges" + (OperationsPerEdge == 1 ? "" : $"-{OperationsPerEdge}-each");

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(CellSpecification cell)
    {
        if (!double.IsFinite(Threshold))
            yield return $"The threshold of the derivation is {Threshold}; expected a number, for example 0.85.";
        if (Edges < 1 || OperationsPerEdge < 1)
            yield return $"The derivation keeps {OperationsPerEdge} operations of {Edges} edges; expected at least 1 of each.";
        foreach (string fault in new TopEdges().Faults(cell))
            yield return fault;
    }

    /// <summary>Derives one kind of cell; genes of a node are ordered by the strength of their edges, and then their own.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations]; only the weights are read.</param>
    /// <exception cref="ArgumentException">The weights have another shape or hold NaN, or the settings are invalid.</exception>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var weights = new EdgeScores(cell, snapshot.OperationWeights, "weights");
        if (Faults(cell).FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(cell));
        var nodes = new List<IReadOnlyList<Gene>>();
        foreach (var node in cell.Topology.Edges.GroupBy(edge => edge.Target))
        {
            Gene[] genes = [.. node
                .Select(edge => (edge.Source,
                    Operations: weights.Operations(edge, o => !o.IsZero).OrderByDescending(o => o.Score).ToArray()))
                .Where(edge => edge.Operations.Length > 0)
                .OrderByDescending(edge => edge.Operations[0].Score)
                .Take(Edges ?? int.MaxValue)
                .SelectMany(edge => edge.Operations.Take(OperationsPerEdge).Where(o => o.Score >= Threshold)
                    .Select(o => new Gene(o.Name, edge.Source)))];
            int inputs = cell.Topology.Inputs;
            bool getsNothing = genes.All(gene => gene.Source >= inputs && nodes[gene.Source - inputs].Count == 0);
            nodes.Add(getsNothing ? [] : genes);
        }
        return new CellGenotype(nodes);
    }
}
