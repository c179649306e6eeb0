using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// The pruning of GOLD-NAS (Bi et al., 2020), after every epoch: in each of <see cref="Rounds"/>, all candidates go whose share of their
/// node is at most <see cref="LeastShare"/>, and then the weakest of all if its share is at most <see cref="LargestShare"/>. A share is
/// σ(α) / Σ σ(α) over the candidates of all edges into the node. The rule feeds the weight λ of a penalty back: it grows by a step that
/// grows by <see cref="Factor"/> as long as fewer than <see cref="Rounds"/> candidates go, and is divided by it otherwise. The search stops
/// as soon as the remaining network has fewer multiply-adds than a limit.
/// </summary>
/// <remarks>
/// <c>sunsmarterjie/GOLD_NAS</c> 3b40c2a, <c>train_search.py</c>, which calls itself unofficial. As there, within a round the sum of a node
/// loses what goes before the next candidate is looked at, and of equal shares the first goes.
/// </remarks>
public sealed record SharePruning : IEpochRule
{
    /// <summary>η_min: share up to which every candidate goes.</summary>
    /// <value>0.01.</value>
    public double LeastShare { get; init; } = 0.01;

    /// <summary>η_max: share up to which the weakest candidate of a round goes.</summary>
    /// <value>0.05.</value>
    public double LargestShare { get; init; } = 0.05;

    /// <summary>n₀: rounds after an epoch, and number of candidates from which on λ becomes smaller.</summary>
    /// <value>4.</value>
    public int Rounds { get; init; } = 4;

    /// <summary>λ₀: step of λ before it has grown.</summary>
    /// <value>1e-5.</value>
    public double FirstStep { get; init; } = 1e-5;

    /// <summary>c₀: factor of the step, and divisor of λ.</summary>
    /// <value>2.</value>
    public double Factor { get; init; } = 2;

    /// <summary>Multiply-adds of the whole network below which the search stops; 240 million in GOLD-NAS with 36 channels, which counts
    /// 166.02 million for the fixed parts (here 163.57).</summary>
    /// <value>Null: as <see cref="LimitShare"/> says.</value>
    public double? Limit { get; init; }

    /// <summary>If there is no <see cref="Limit"/>: share of the multiply-adds of all candidates below which the search stops.</summary>
    /// <value>0.1206: with 36 channels and 14 cells the 73.98 million that GOLD-NAS leaves to the candidates.</value>
    public double LimitShare { get; init; } = 0.1206;

    /// <summary>A genotype is in the <see cref="Series"/> if more than this many epochs without pruning precede it.</summary>
    /// <value>3.</value>
    public int StableEpochs { get; init; } = 3;

    /// <inheritdoc/>
    public string Name => "pruning by shares";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (!(LeastShare >= 0 && LeastShare <= LargestShare && LargestShare < 1))
            yield return $"The rule '{Name}' prunes shares up to {LeastShare}, and the weakest up to {LargestShare}; expected 0 or more, " +
                "ascending, less than 1, for example 0.01 and 0.05.";
        if (Rounds < 1 || StableEpochs < 0)
            yield return $"The rule '{Name}' has {Rounds} rounds and takes {StableEpochs} epochs as stable; expected at least 1 and 0.";
        if (!(FirstStep >= 0 && double.IsFinite(FirstStep)) || !(Factor >= 1 && double.IsFinite(Factor)))
            yield return $"The rule '{Name}' lets λ grow by {FirstStep} times {Factor}; expected a step of 0 or more and a factor of at " +
                "least 1.";
        if (LimitShare is not (>= 0 and < 1))
            yield return $"The rule '{Name}' stops at the share {LimitShare} of all candidates; expected 0 or more and less than 1.";
        if (Limit is { } limit && !(limit > CostMetric.MultiplyAdds.Of(space).FixedParts))
            yield return $"The rule '{Name}' stops below {limit:N0} multiply-adds; expected more than what the network of " +
                $"'{Given.NotNull(space).Name}' has without candidates, {CostMetric.MultiplyAdds.Of(space).FixedParts:N0}.";
    }

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SearchSpace left = new PruningRounds(this, context.Space, context.Report.Architecture).Left;
        int[] pruned = [.. PrunedAfter(context.Reports), context.Space.CandidateCount - left.CandidateCount];
        OperationCosts costs = CostMetric.MultiplyAdds.Of(context.FirstSpace);
        double cost = costs.FixedParts + left.Cells.Sum(cell => cell.Topology.Edges.Sum(edge =>
            cell.Allowed(edge).Sum(k => costs.Of(cell.Name)[edge.Index, k])));
        double limit = Limit ?? (costs.FixedParts + (LimitShare * (costs.All - costs.FixedParts)));
        string? reason = cost < limit ? FormattableString.Invariant(
            $"The network of the {left.CandidateCount} candidates left has {cost:N0} multiply-adds, fewer than {limit:N0}.") : null;
        EpochDecision decision = pruned[^1] > 0 ? EpochDecision.Prune(left, reason)
            : reason is not null ? EpochDecision.Stop(reason) : EpochDecision.Continue;
        return decision with { Feedback = WeightAfter(pruned) };
    }

    /// <summary>The Pareto series of a search: the genotypes that a pruning left after more than <see cref="StableEpochs"/> epochs without
    /// one, from the largest to the smallest.</summary>
    /// <param name="result">What the search found.</param>
    public IReadOnlyList<PrunedGenotype> Series(SearchResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<EpochReport> epochs = result.Epochs;
        int last = epochs[^1].Genotype.Equals(result.Genotype) ? 0 : 1;
        var series = new List<PrunedGenotype>();
        int stable = 0;
        foreach (var (i, count) in PrunedAfter(epochs).Append(last).Index())
        {
            if (count > 0 && stable > StableEpochs)
                series.Add(new PrunedGenotype(i + 1, i + 1 < epochs.Count ? epochs[i + 1].Genotype : result.Genotype));
            stable = count > 0 ? 0 : stable + 1;
        }
        return series;
    }

    /// <summary>λ behind epochs after which the given numbers of candidates went.</summary>
    internal double WeightAfter(IEnumerable<int> pruned)
    {
        double weight = 0, step = FirstStep;
        foreach (int count in pruned)
            if (count >= Rounds)
            {
                step = FirstStep;
                weight /= Factor;
            }
            else
            {
                step *= Factor;
                weight += step;
            }
        return weight;
    }

    /// <summary>Number of candidates that went after each epoch but the last.</summary>
    private static IEnumerable<int> PrunedAfter(IReadOnlyList<EpochReport> reports) =>
        reports.Zip(reports.Skip(1), (one, next) => one.Candidates - next.Candidates);
}
