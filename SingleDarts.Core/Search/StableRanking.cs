using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Stops when a number of epochs in a row have the same ranking of α among the learnable candidates of every edge, the second rule of
/// DARTS+ (Liang et al., 2019). Skip connections, poolings and zero operations are not ranked.
/// </summary>
/// <param name="Epochs">The search stops at this many epochs of one ranking, all of the same stage; 10 in DARTS+.</param>
/// <remarks>
/// The paper does not say whether all edges have to be stable; here they have. While α stands still, its ranking is stable, too: count the
/// epochs of a freeze in.
/// </remarks>
public sealed record StableRanking(int Epochs = 10) : IEpochRule
{
    /// <inheritdoc/>
    public string Name => $"one ranking of α for {Epochs} epochs";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (Epochs < 2)
            yield return $"The rule '{Name}' compares the rankings of {Epochs} epochs; expected at least 2.";
        if (!Given.NotNull(space).Cells.Any(cell => cell.Topology.Edges.Any(edge => Learnable(cell, edge).Count() > 1)))
            yield return $"The rule '{Name}' ranks the learnable candidates of every edge, but no edge of '{space.Name}' has two; " +
                "take another rule.";
    }

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        if (Given.NotNull(context).EpochOfStage < Epochs)
            return EpochDecision.Continue;
        int[] last = Ranking(context.Space, context.Report);
        return context.History.TakeLast(Epochs).All(report => Ranking(context.Space, report).SequenceEqual(last))
            ? EpochDecision.Stop($"The ranking of α among learnable candidates is the same for {Epochs} epochs.")
            : EpochDecision.Continue;
    }

    /// <summary>Learnable columns of every edge, those of larger α first.</summary>
    private static int[] Ranking(SearchSpace space, EpochReport report) => [.. space.Cells.SelectMany(cell =>
        cell.Topology.Edges.SelectMany(edge => Learnable(cell, edge)
            .OrderByDescending(k => report.Architecture[cell.Name].Alpha[edge.Index, k])))];

    private static IEnumerable<int> Learnable(CellSpecification cell, CellEdge edge) =>
        cell.Allowed(edge).Where(k => cell.Operations[k].IsLearnable);
}
