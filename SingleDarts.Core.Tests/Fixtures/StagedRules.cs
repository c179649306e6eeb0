using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A deeper network after each stage but the last, without the candidate of the least p on every edge, as in P-DARTS.</summary>
internal sealed record Progressive(params int[] Depths) : IEpochRule
{
    public string Name => "progressive";

    public EpochDecision Decide(EpochRuleContext context)
    {
        if (!context.IsStageComplete || context.Stage > Depths.Length)
            return EpochDecision.Continue;
        return EpochDecision.NextStage(Weakest.Dropped(context).WithStages(Depths[context.Stage - 1], 1, 1));
    }
}

/// <summary>Prunes the candidate of the least p on every edge after some epochs, as GOLD-NAS prunes.</summary>
internal sealed record PruningAfter(params int[] Epochs) : IEpochRule
{
    public string Name => "pruning";

    public EpochDecision Decide(EpochRuleContext context) =>
        Epochs.Contains(context.Reports.Count) ? EpochDecision.Prune(Weakest.Dropped(context)) : EpochDecision.Continue;
}

/// <summary>Decides what a test wants.</summary>
internal sealed class Deciding(
    Func<EpochRuleContext, EpochDecision> decide, string name = "deciding", Func<EpochRuleContext, IEnumerable<int>>? keeps = null)
    : IEpochRule
{
    public string Name => name;

    public IEnumerable<int> Returns(EpochRuleContext context) => keeps?.Invoke(context) ?? [];

    public EpochDecision Decide(EpochRuleContext context) => decide(context);
}

internal static class Weakest
{
    /// <summary>The present space without the candidate of the least p on every edge.</summary>
    public static SearchSpace Dropped(EpochRuleContext context)
    {
        SearchSpace space = context.Space;
        foreach (CellSpecification cell in context.Space.Cells)
            foreach (CellEdge edge in cell.Topology.Edges)
            {
                double[,] p = context.Report.Architecture[cell.Name].OperationWeights;
                IEnumerable<int> kept = cell.Allowed(edge).OrderBy(k => p[edge.Index, k]).Skip(1);
                space = space.Allow(cell.Name, edge.Index, [.. kept.Select(k => cell.Operations[k].Name)]);
            }
        return space;
    }
}
