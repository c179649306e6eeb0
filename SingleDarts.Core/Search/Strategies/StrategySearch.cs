using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// A search without a supernet: a strategy proposes genotypes and an evaluator scores them. The same seed gives the same search; it is
/// resumed by the trace of what has been evaluated.
/// </summary>
public sealed record StrategySearch
{
    private const string Kind = "strategy search";

    /// <summary>The space.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>Proposes genotypes.</summary>
    public required IStrategy Strategy { get; init; }

    /// <summary>Scores genotypes.</summary>
    public required IGenotypeEvaluator Evaluator { get; init; }

    /// <summary>Number of evaluations, those of a resumed trace included; without meaning if <see cref="BudgetSeconds"/> limit the
    /// search.</summary>
    /// <value>100, about what 12,000 seconds pay for in NAS-Bench-201.</value>
    public int Evaluations { get; init; } = 100;

    /// <summary>Seconds that all evaluations may take by what the evaluator says, those of a resumed trace included, instead of a number of
    /// evaluations. For evaluators whose costs are seconds.</summary>
    /// <value>Null.</value>
    public double? BudgetSeconds { get; init; }

    /// <summary>
    /// Whether the evaluation that exceeds the budget counts, as in NATS-Bench. Otherwise it is left out and the search ends before it, as
    /// in the code of NAS-Bench-201.
    /// </summary>
    /// <value>False.</value>
    public bool CanExceedBudget { get; init; }

    /// <summary>Seed of the strategy's random numbers.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>Asks and evaluates, one genotype after another.</summary>
    /// <param name="trace">Evaluations of an interrupted search, which is resumed after them; null for a new search.</param>
    /// <param name="progress">Receives every new evaluation, so that an interrupted search can be resumed.</param>
    /// <param name="cancellationToken">Ends the search between or within evaluations.</param>
    /// <exception cref="InvalidRunException">A setting is invalid; the exception lists every fault.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The strategy proposed, or the evaluator returned, something invalid.</exception>
    public StrategyResult Run(IReadOnlyList<EvaluatedGenotype>? trace = null, IProgress<EvaluatedGenotype>? progress = null,
        CancellationToken cancellationToken = default)
    {
        List<EvaluatedGenotype> evaluated = [.. trace ?? []];
        List<string> faults = [.. NullFaults.Of(this)];
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        faults = [.. Strategy.Faults(Space), .. Evaluator.Faults(Space)];
        faults.AddRange(BudgetFaults());
        faults.AddRange(evaluated.Select(e => Fault(e.Genotype) ?? Fault(e)).OfType<string>().Take(1));
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        var streams = new RandomStreams(Seed);
        while (BudgetSeconds is { } seconds ? Spent(evaluated) < seconds : evaluated.Count < Evaluations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (genotype, budget) = StrategyContext.Next(Space, evaluated.AsReadOnly(), streams).Ask(Strategy);
            ThrowIf(Fault(genotype));
            Evaluation evaluation = UserPart.Result(Evaluator, () => $"The evaluator '{Evaluator.Name}', given '{genotype}',",
                "an evaluation", () => Evaluator.Evaluate(genotype, budget, cancellationToken));
            var next = new EvaluatedGenotype(genotype, budget, evaluation);
            ThrowIf(Fault(next));
            if (!CanExceedBudget && Spent(evaluated) + evaluation.Cost > BudgetSeconds)
                break;
            evaluated.Add(next);
            progress?.Report(next);
        }
        ThrowIf(evaluated.Count > 0 ? null
            : $"The first evaluation takes more than the budget of {BudgetSeconds} seconds; raise it, or set CanExceedBudget.");
        return new StrategyResult(evaluated);
    }

    private static double Spent(List<EvaluatedGenotype> evaluated) => evaluated.Sum(e => e.Evaluation.Cost);

    private IEnumerable<string> BudgetFaults()
    {
        if (BudgetSeconds is null && Evaluations < 1)
            yield return $"The number of evaluations is {Evaluations}; expected 1 or more.";
        if (BudgetSeconds is not (null or (> 0 and < double.PositiveInfinity)))
            yield return $"The budget is {BudgetSeconds} seconds; expected a number above 0.";
        if (BudgetSeconds is not null && !Evaluator.IsCostInSeconds)
            yield return $"The budget is in seconds, but the evaluator '{Evaluator.Name}' has no times; give a number of evaluations, " +
                "or, for a table, a file with a column of seconds beside that of the accuracies, such as cifar10_valid_seconds.";
    }

    private string? Fault(Genotype genotype)
    {
        string? lacking = Space.Cells.Select(kind => kind.Name).FirstOrDefault(name => !genotype.Cells.ContainsKey(name));
        string? fault = lacking is not null ? $"it lacks the cell '{lacking}'"
            : Space.Cells.SelectMany(kind => kind.Faults(genotype[kind.Name], allowRepeatedEdges: true)).FirstOrDefault();
        return fault is null ? null
            : $"The genotype '{genotype}' of the strategy '{Strategy.Name}' is not of the space '{Space.Name}': {fault}.";
    }

    private string? Fault(EvaluatedGenotype evaluated)
    {
        string evaluator = $"The evaluator '{Evaluator.Name}' gives";
        if (!double.IsFinite(evaluated.Accuracy))
            return $"{evaluator} the accuracy {evaluated.Accuracy} for '{evaluated.Genotype}'; expected a finite number.";
        bool isCounted = BudgetSeconds is null || evaluated.Evaluation.Cost is > 0 and < double.PositiveInfinity;
        return isCounted ? null
            : $"{evaluator} {evaluated.Evaluation.Cost} seconds for '{evaluated.Genotype}'; expected a number above 0.";
    }

    private static void ThrowIf(string? fault)
    {
        if (fault is not null)
            throw new InvalidOperationException(fault);
    }
}
