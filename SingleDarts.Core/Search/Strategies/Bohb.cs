using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// BOHB (Falkner et al., ICML 2018): brackets of successive halving, whose genotypes a model proposes. A bracket evaluates its genotypes
/// with a small budget, the best third of them with three times as much, and so on; the model is a <see cref="ChoiceDensity"/> of the good
/// results of the largest budget that has enough of them, and one of the others.
/// </summary>
/// <remarks>
/// <para>Constants of <c>BOHB.py</c> of <c>D-X-Y/AutoDL-Projects</c>, rules of <c>automl/HpBandSter</c> 2692872: with three rungs,
/// brackets of 9, 3 and 3 genotypes; 15% of the results, at least one more than there are choices, are good. A proposal is the best of four
/// draws by the ratio of both densities. HpBandSter may propose while an evaluation runs, here each waits for the one before.</para>
/// <para>A choice is the operation of an edge. In a space whose rule leaves edges out (DARTS), which edges a node keeps is one, too; there
/// the density needs 46 results of a budget, in NAS-Bench-201 14.</para>
/// <para>The worker of the code of NAS-Bench-201 ignores the budget: <see cref="TableEvaluator.IgnoresBudget"/>. The search there ends
/// after a time, the best of the largest budget is its result: <see cref="StrategyResult.Best"/>.</para>
/// </remarks>
public sealed record Bohb : IStrategy
{
    /// <summary>Epochs of the smallest budget at most: the largest one is divided by <see cref="Eta"/> while it is not below.</summary>
    /// <value>12; with the largest, rungs of 22.2, 66.7 and 200 epochs.</value>
    public double MinimumEpochs { get; init; } = 12;

    /// <summary>Epochs of the largest budget.</summary>
    /// <value>200.</value>
    public double MaximumEpochs { get; init; } = 200;

    /// <summary>η: budgets grow by it from rung to rung, and one of η genotypes is kept.</summary>
    /// <value>3.</value>
    public int Eta { get; init; } = 3;

    /// <summary>Draws of which a proposal is the best.</summary>
    /// <value>4, as in NAS-Bench-201; 64 in HpBandSter.</value>
    public int Draws { get; init; } = 4;

    /// <summary>Share of proposals that are drawn uniformly, 0 to 1.</summary>
    /// <value>0, as in NAS-Bench-201; a third in HpBandSter.</value>
    public double RandomShare { get; init; }

    /// <summary>Least bandwidth of an edge.</summary>
    /// <value>0.3, as in NAS-Bench-201; 1e-3 in HpBandSter.</value>
    public double MinimumBandwidth { get; init; } = 0.3;

    /// <inheritdoc/>
    public string Name => "bohb";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        foreach (string fault in GenotypeChoices.Faults(space, $"The strategy '{Name}'"))
            yield return fault;
        if (!(MinimumEpochs > 0 && MinimumEpochs <= MaximumEpochs && double.IsFinite(MaximumEpochs)))
            yield return $"The budgets of BOHB go from {MinimumEpochs} to {MaximumEpochs} epochs; expected two numbers above 0, the " +
                "first not above the second.";
        if (Eta < 2 || Draws < 1)
            yield return $"BOHB has η = {Eta} and takes the best of {Draws} draws; expected at least 2 and 1.";
        if (RandomShare is not (>= 0 and <= 1) || !(MinimumBandwidth > 0))
            yield return $"BOHB draws a share of {RandomShare} at random and has bandwidths of at least {MinimumBandwidth}; expected " +
                "0 to 1, and a number above 0.";
    }

    /// <summary>Budgets of the rungs, the smallest first.</summary>
    internal IReadOnlyList<double> Budgets
    {
        get
        {
            int rungs = (int)Math.Floor((Math.Log(MaximumEpochs / MinimumEpochs) / Math.Log(Eta)) + 1e-9) + 1;
            return [.. Enumerable.Range(0, rungs).Select(rung => MaximumEpochs * Math.Pow(Eta, rung - rungs + 1))];
        }
    }

    /// <inheritdoc/>
    public Proposal Ask(StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        IReadOnlyList<double> budgets = Budgets;
        int done = 0;
        for (int bracket = 0; ; bracket++)
        {
            int halvings = budgets.Count - 1 - (bracket % budgets.Count);
            int size = budgets.Count / (halvings + 1) * (int)Math.Pow(Eta, halvings);
            EvaluatedGenotype[]? rung = null;
            for (int next = 0; next <= halvings; next++, size = Math.Max(1, size / Eta))
            {
                var budget = new EvaluationBudget(budgets[budgets.Count - 1 - halvings + next]);
                int place = context.Trace.Count - done;
                if (place < size)
                    return new Proposal(rung is null ? Propose(context) : Promoted(rung, size)[place], budget);
                rung = [.. context.Trace.Skip(done).Take(size)];
                done += size;
            }
        }
    }

    /// <summary>The best of a rung, in the order in which they were evaluated.</summary>
    private static Genotype[] Promoted(EvaluatedGenotype[] rung, int count) => [.. Enumerable.Range(0, rung.Length)
        .OrderByDescending(i => rung[i].Accuracy).Take(count).Order().Select(i => rung[i].Genotype)];

    private Genotype Propose(StrategyContext context)
    {
        var (space, trace, random) = context;
        var vectors = new GenotypeVector(space.Choices);
        int least = vectors.Length + 1;
        EvaluatedGenotype[]? results = trace.GroupBy(evaluated => evaluated.Budget.Epochs ?? double.PositiveInfinity)
            .Where(budget => budget.Count() >= 2 * least).MaxBy(budget => budget.Key)?.ToArray();
        if (results is null || random.NextDouble() < RandomShare)
            return space.RandomGenotype(random);
        int[][] sorted = [.. results.OrderByDescending(result => result.Accuracy).Select(result => vectors.Of(result.Genotype))];
        int good = Math.Max(least, 15 * sorted.Length / 100), bad = Math.Max(least, 85 * sorted.Length / 100);
        var model = new ChoiceModel(new ChoiceDensity(sorted[..good], MinimumBandwidth),
            new ChoiceDensity(sorted[good..Math.Min(good + bad, sorted.Length)], MinimumBandwidth));
        return model.Best(vectors.Values, Draws, random) is { } best ? vectors.Genotype(best) : space.RandomGenotype(random);
    }
}
