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

    /// <summary>Number of evaluations, those of a resumed trace included.</summary>
    /// <value>100, about what 12,000 seconds pay for in NAS-Bench-201.</value>
    public int Evaluations { get; init; } = 100;

    /// <summary>Seed of the strategy's random numbers.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>Asks and evaluates, one genotype after another.</summary>
    /// <param name="trace">Evaluations of a search that was cut off, which goes on behind them; null for a new search.</param>
    /// <param name="progress">Is given every new evaluation, so that a search that is cut off can go on.</param>
    /// <param name="cancellationToken">Ends the search between or within evaluations.</param>
    /// <exception cref="InvalidRunException">A setting is invalid; the exception lists every fault.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The strategy proposed or the evaluator gave what cannot be used.</exception>
    public StrategyResult Run(IReadOnlyList<EvaluatedGenotype>? trace = null, IProgress<EvaluatedGenotype>? progress = null,
        CancellationToken cancellationToken = default)
    {
        List<EvaluatedGenotype> evaluated = [.. trace ?? []];
        List<string> faults = [.. NullFaults.Of(this)];
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        faults = [.. Strategy.Faults(Space), .. Evaluator.Faults(Space)];
        if (Evaluations < 1)
            faults.Add($"The number of evaluations is {Evaluations}; expected 1 or more.");
        faults.AddRange(evaluated.Select(e => Fault(e.Genotype) ?? Fault(e)).OfType<string>().Take(1));
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        var streams = new RandomStreams(Seed);
        while (evaluated.Count < Evaluations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Strategy.Ask(StrategyContext.Next(Space, evaluated.AsReadOnly(), streams)) is not ({ } genotype, { } budget))
                throw new InvalidOperationException($"The strategy '{Strategy.Name}' proposes null; expected a genotype and a budget.");
            ThrowIf(Fault(genotype));
            Evaluation evaluation = Evaluator.Evaluate(genotype, budget, cancellationToken) ?? throw new InvalidOperationException(
                $"The evaluator '{Evaluator.Name}' gives null for '{genotype}'; expected an evaluation.");
            var next = new EvaluatedGenotype(genotype, budget, evaluation);
            ThrowIf(Fault(next));
            evaluated.Add(next);
            progress?.Report(next);
        }
        return new StrategyResult(evaluated);
    }

    private string? Fault(Genotype genotype)
    {
        string? lacking = Space.Cells.Select(kind => kind.Name).FirstOrDefault(name => !genotype.Cells.ContainsKey(name));
        string? fault = lacking is not null ? $"it lacks the cell '{lacking}'"
            : Space.Cells.SelectMany(kind => kind.Faults(genotype[kind.Name], allowRepeatedEdges: true)).FirstOrDefault();
        return fault is null ? null
            : $"The genotype '{genotype}' of the strategy '{Strategy.Name}' is not of the space '{Space.Name}': {fault}.";
    }

    private string? Fault(EvaluatedGenotype evaluated) => double.IsFinite(evaluated.Accuracy) ? null
        : $"The evaluator '{Evaluator.Name}' gives the accuracy {evaluated.Accuracy} for '{evaluated.Genotype}'; expected a finite number.";

    private static void ThrowIf(string? fault)
    {
        if (fault is not null)
            throw new InvalidOperationException(fault);
    }
}
