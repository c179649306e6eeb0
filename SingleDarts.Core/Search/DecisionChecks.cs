using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What epoch rules decide, looked at before it is done.</summary>
internal static class DecisionChecks
{
    /// <summary>Every fault.</summary>
    /// <param name="decisions">What the rules decided about one epoch.</param>
    /// <param name="context">What they were given.</param>
    /// <param name="options">The search.</param>
    /// <param name="kept">Epochs whose states are kept.</param>
    public static IEnumerable<string> Faults(
        IReadOnlyList<(IEpochRule Rule, EpochDecision Decision)> decisions, EpochRuleContext context, SearchOptions options,
        IReadOnlySet<int> kept)
    {
        int epoch = context.Reports.Count;
        foreach (var (rule, decision) in decisions)
            foreach (string fault in Faults(decision, context, options, kept))
                yield return $"The rule '{rule.Name}' {fault.Replace("{epoch}", $"after epoch {epoch}", StringComparison.Ordinal)}";
        string[] feeding = [.. decisions.Where(d => d.Decision?.Feedback is not null).Select(d => $"'{d.Rule.Name}'")];
        if (feeding.Length > 1)
            yield return $"The rules {string.Join(" and ", feeding)} feed a number back after epoch {epoch}; expected one. Make one rule " +
                "of them.";
        string[] changing = [.. decisions.Where(d => d.Decision is { IsChange: true }).Select(d => $"'{d.Rule.Name}'")];
        if (changing.Length > 1)
            yield return $"The rules {string.Join(" and ", changing)} change the space after epoch {epoch} or return to another epoch; " +
                "expected one. Make one rule of them.";
    }

    private static IEnumerable<string> Faults(
        EpochDecision? decision, EpochRuleContext context, SearchOptions options, IReadOnlySet<int> kept)
    {
        if (decision is null)
            return ["gives null {epoch}; expected a decision. Return EpochDecision.Continue if the search goes on."];
        if (decision.Epoch is { } chosen && (chosen < 1 || chosen > context.Reports.Count))
            return [$"stops {{epoch}} with the genotype of epoch {chosen}; expected 1 to {context.Reports.Count}."];
        if (decision.Feedback is { } number && !double.IsFinite(number))
            return [$"feeds {number} back {{epoch}}; expected a finite number."];
        if (decision.ReturnEpoch is { } epoch)
            return ReturnFaults(epoch, decision.Options ?? context.Options, context, kept);
        return decision.Space is not { } space ? []
            : decision.KeepsWeights ? PruningFaults(space, context, options)
            : StageFaults(space, context.FirstSpace, options);
    }

    private static IEnumerable<string> ReturnFaults(
        int epoch, SearchOptions changed, EpochRuleContext context, IReadOnlySet<int> kept)
    {
        if (!kept.Contains(epoch))
            yield return $"returns {{epoch}} to epoch {epoch}, whose state is not kept; expected one of " +
                $"{(kept.Count == 0 ? "none" : string.Join(", ", kept.Order()))}. Name it in Returns as long as it may be returned to.";
        SearchOptions present = context.Options;
        if (changed != present with { WeightOptimizer = changed.WeightOptimizer, EdgeDecorators = changed.EdgeDecorators } ||
            changed.EdgeDecorators.Count != present.EdgeDecorators.Count)
            yield return "returns {epoch} with other options; expected context.Options with { WeightOptimizer = ..., EdgeDecorators = " +
                "... }, with as many decorators as before. Everything else belongs to the whole search.";
        foreach (string fault in changed.WeightOptimizer.Faults("weights")
            .Concat(changed.EdgeDecorators.SelectMany(decorator => decorator.Faults(context.Space))))
            yield return $"returns {{epoch}} with options that do not fit the search: {fault}";
    }

    private static IEnumerable<string> PruningFaults(SearchSpace space, EpochRuleContext context, SearchOptions options)
    {
        if (!space.IsRestrictionOf(context.Space))
            yield return $"prunes {{epoch}} to a space '{space.Name}' that is not the present one with fewer candidates; expected " +
                "context.Space.Allow(...) with candidates that the edge still has. Begin a new stage with NextStage for another space.";
        IDerivation derivation = options.Derivation ?? context.FirstSpace.Derivation;
        foreach (string fault in derivation.Faults(space))
            yield return $"prunes {{epoch}} to a space that does not fit the search: {fault}";
    }

    private static IEnumerable<string> StageFaults(SearchSpace space, SearchSpace first, SearchOptions options)
    {
        string begins = $"begins a stage {{epoch}} in a space '{space.Name}'";
        if (!space.InputShape.SequenceEqual(first.InputShape) || space.Classes != first.Classes)
            return [$"{begins} of {space.Layout}; expected the input and the classes of the first stage, {first.Layout}. Make it of " +
                "context.Space."];
        string[] kinds = [.. first.Cells.Select(cell => cell.Name)];
        if (!space.Cells.Select(cell => cell.Name).SequenceEqual(kinds))
            return [$"{begins} with the kinds of cells {string.Join(" and ", space.Cells.Select(cell => cell.Name))}; expected those of " +
                $"the first stage, {string.Join(" and ", kinds)}. Make it of context.Space."];
        IDerivation derivation = options.Derivation ?? first.Derivation;
        return derivation.Faults(space).Concat(options.Scheme.Faults(space))
            .Concat(options.Observers.OfType<ISearchObserver>().SelectMany(observer => observer.Faults(space)))
            .Concat(new[] { RunValidation.Try(() => new CostModel(first.WithCells(space.Cells))) }.OfType<string>())
            .Select(fault => $"{begins} that does not fit the search: {fault}");
    }
}
