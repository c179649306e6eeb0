using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// The two stages of StacNAS (Li et al., 2019): the first has one candidate of each group of similar ones on every edge, the second all
/// candidates of the group that won there, in a network of another depth. Zero operations stay throughout. The winner of an edge has the
/// largest α, zero operations excluded. The weights and α of the second stage begin again.
/// </summary>
/// <param name="Groups">Names of similar candidates; the first of each group stands for it in the first stage. The search begins in a space
/// that has those alone.</param>
/// <param name="Layers">Cells of the second stage, two of them reduction cells; 20 in StacNAS.</param>
public sealed record GroupedStages(IReadOnlyList<IReadOnlyList<string>> Groups, int Layers = 20) : IEpochRule
{
    /// <inheritdoc/>
    public string Name => $"stages of groups {string.Join(", ", Groups.Select(group => string.Join('/', group)))}, {Layers} layers";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (Layers < 3 || space.Cells.All(cell => cell.Name != "reduction"))
            yield return $"The second stage has {Layers} layers in the space '{space.Name}'; expected at least 3 in a space of the " +
                "family of DARTS, two of which are reduction cells.";
        if (Groups.Any(group => group.Count == 0))
            yield return "A group of the stages has no candidates; name at least one.";
        string[] first = [.. Groups.Where(group => group.Count > 0).Select(group => group[0])];
        foreach (CellSpecification cell in space.Cells)
        {
            string[] unknown = [.. Groups.SelectMany(group => group).Except(cell.Operations.Select(operation => operation.Name))];
            if (unknown.Length > 0)
                yield return $"The groups of the stages have {string.Join(", ", unknown)}, which cell '{cell.Name}' has not; expected " +
                    $"some of {string.Join(", ", cell.Operations)}.";
            string[] others = [.. cell.Topology.Edges.SelectMany(cell.Allowed).Distinct().Select(k => cell.Operations[k])
                .Where(operation => !operation.IsZero && !first.Contains(operation.Name)).Select(operation => operation.Name)];
            if (others.Length > 0)
                yield return $"Edges of cell '{cell.Name}' allow {string.Join(", ", others)} in the first stage; expected zero " +
                    $"operations and the first of each group, {string.Join(", ", first)}. Leave the others out with Allow.";
        }
    }

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        if (!Given.NotNull(context).IsStageComplete || context.Stage > 1)
            return EpochDecision.Continue;
        SearchSpace next = context.Space;
        foreach (CellSpecification cell in context.Space.Cells)
        {
            double[,] alpha = context.Report.Architecture[cell.Name].Alpha;
            foreach (CellEdge edge in cell.Topology.Edges)
            {
                int[] candidates = [.. cell.Allowed(edge).Where(k => !cell.Operations[k].IsZero)];
                string winner = cell.Operations[candidates.MaxBy(k => alpha[edge.Index, k])].Name;
                next = next.Allow(cell.Name, edge.Index, [.. Groups.First(group => group[0] == winner),
                    .. cell.Allowed(edge).Except(candidates).Select(k => cell.Operations[k].Name)]);
            }
        }
        return EpochDecision.NextStage(next.WithStages(SearchSpaces.DartsStages(Layers)));
    }
}
