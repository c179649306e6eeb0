using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// The stages of P-DARTS (Chen et al., ICCV 2019): each has a deeper network than the one before, and every edge loses the candidates of
/// the smallest operation weights. The weights and α of a stage start again.
/// </summary>
/// <param name="Layers">Cells of each stage, two of them reduction cells: 5, 11 and 17 in P-DARTS. The search begins in a space of the
/// first number.</param>
/// <param name="Dropped">Candidates that every edge loses after each stage but the last: 3 and 2 in P-DARTS.</param>
public sealed record ProgressiveStages(IReadOnlyList<int> Layers, IReadOnlyList<int> Dropped) : IEpochRule
{
    /// <inheritdoc/>
    public string Name => $"stages of {string.Join(", ", Layers)} layers";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (Layers.Count < 1 || Dropped.Count != Layers.Count - 1 || Dropped.Any(k => k < 1))
            yield return $"There are {Layers.Count} stages, and {string.Join(", ", Dropped)} candidates are dropped between them; " +
                "expected a number of at least 1 between every two stages.";
        if (Layers.Any(layers => layers < 3) || space.Cells.All(cell => cell.Name != "reduction"))
            yield return $"The stages have {string.Join(", ", Layers)} layers in the space '{space.Name}'; expected at least 3 in a " +
                "space of the family of DARTS, two of which are reduction cells.";
        foreach (CellSpecification cell in space.Cells)
            if (cell.Topology.Edges.Min(edge => cell.Allowed(edge).Count) is var fewest && fewest <= Dropped.Sum())
                yield return $"The stages drop {Dropped.Sum()} candidates of every edge, but an edge of cell '{cell.Name}' has {fewest}; " +
                    "expected at least one more than are dropped.";
    }

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.IsStageComplete || context.Stage == Layers.Count)
            return EpochDecision.Continue;
        SearchSpace next = context.Space;
        foreach (CellSpecification cell in context.Space.Cells)
        {
            double[,] weights = context.Report.Architecture[cell.Name].OperationWeights;
            foreach (CellEdge edge in cell.Topology.Edges)
            {
                int[] dropped = [.. cell.Allowed(edge).OrderBy(k => weights[edge.Index, k]).Take(Dropped[context.Stage - 1])];
                next = next.Allow(cell.Name, edge.Index,
                    [.. cell.Allowed(edge).Except(dropped).Select(k => cell.Operations[k].Name)]);
            }
        }
        return EpochDecision.NextStage(next.WithStages(SearchSpaces.DartsStages(Layers[context.Stage])));
    }
}
