using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Chooses among candidates by their one-shot accuracy: each is scored on one batch, every candidate on another one, and the first of the
/// highest score wins. At the end of the search <see cref="Count"/> candidates are scored again; the winner is the search's result.
/// </summary>
/// <remarks>
/// One batch of 512 has a standard error of two points, sqrt(0.25 / 512), so that the winner is among the good candidates and seldom the
/// best. <see cref="Batches"/> and <see cref="SharesBatches"/> make it smaller, or equal for all; <see cref="Finalists"/> score the best
/// once more, as random search with parameter sharing does in the space of DARTS.
/// </remarks>
public abstract record OneShotSelection : IDerivation
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Candidates at the end of the search, at least 1.</summary>
    /// <value>100.</value>
    public int Count { get; init; } = 100;

    /// <summary>Candidates after an epoch. If 0 or 1, nothing is scored and the first candidate is the epoch's genotype.</summary>
    /// <value>10.</value>
    public int CountPerEpoch { get; init; } = 10;

    /// <summary>Samples of a batch, at least 2; those of the search's batches if <see langword="null"/>.</summary>
    /// <value>512.</value>
    public int? BatchSize { get; init; } = 512;

    /// <summary>Batches that a candidate is scored on, at least 1; its score is the mean of their accuracies.</summary>
    /// <value>1.</value>
    public int Batches { get; init; } = 1;

    /// <summary>Whether all candidates of a derivation are scored on the same batches, so that chance favours none of them.</summary>
    /// <value>False, as published.</value>
    public bool SharesBatches { get; init; }

    /// <summary>
    /// Candidates that are scored once more at the end of the search, those of the highest scores; the best of them by the second score is
    /// the result. If 0, the first score decides.
    /// </summary>
    /// <value>0; 10 in Li and Talwalkar, UAI 2019.</value>
    public int Finalists { get; init; }

    /// <summary>Batches of the second score, at least 1, other ones than before; all of α's samples, each once, if
    /// <see langword="null"/>.</summary>
    /// <value>Null.</value>
    public int? FinalistBatches { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Faults(SearchSpace space)
    {
        if (Count < 1 || CountPerEpoch < 0)
            yield return $"The selection '{Name}' scores {Count} candidates at the end and {CountPerEpoch} after an epoch; expected at " +
                "least 1 and 0.";
        if (BatchSize < 2)
            yield return $"The selection '{Name}' has batches of {BatchSize}; expected at least 2, or null for those of the search.";
        if (Batches < 1)
            yield return $"The selection '{Name}' scores a candidate on {Batches} batches; expected at least 1.";
        if (Finalists < 0 || FinalistBatches < 1)
            yield return $"The selection '{Name}' scores {Finalists} finalists on {FinalistBatches} batches; expected at least 0 and 1, " +
                "or null for all samples.";
    }

    /// <summary>The candidates in their order, as many or more than are scored.</summary>
    /// <param name="context">The space, its parameters and the generator to draw from.</param>
    /// <param name="scored">The candidates before, with their scores. It grows while the candidates are enumerated, so that one may follow
    /// from what became of the others.</param>
    protected abstract IEnumerable<Genotype> Candidates(DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are no candidates.</exception>
    public Genotype Derive(DerivationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        int count = context.IsFinal ? Count : CountPerEpoch;
        var scored = new List<EvaluatedGenotype>();
        IEnumerable<Genotype> candidates = Candidates(context, scored.AsReadOnly());
        if (count <= 1)
            return candidates.FirstOrDefault() ?? throw NoCandidates();
        foreach (Genotype candidate in candidates.Take(count))
            scored.Add(new(candidate, EvaluationBudget.Full,
                new(Score(context, candidate, SharesBatches ? 0 : (long)scored.Count * Batches, Batches), Cost: Batches)));
        Genotype[] best = [.. scored.OrderByDescending(candidate => candidate.Accuracy).Take(Math.Max(1, Finalists))
            .Select(candidate => candidate.Genotype)];
        if (best.Length == 0)
            throw NoCandidates();
        bool isDecided = Finalists == 0 || !context.IsFinal;
        return isDecided ? best[0] : best.Select((genotype, i) => (Genotype: genotype, Score: SecondScore(context, genotype, i)))
            .MaxBy(finalist => finalist.Score).Genotype;
    }

    private double Score(DerivationContext context, Genotype candidate, long first, int batches) =>
        Enumerable.Range(0, batches).Average(batch => context.Accuracy(candidate, first + batch, BatchSize));

    private double SecondScore(DerivationContext context, Genotype candidate, int index)
    {
        if (FinalistBatches is not { } batches)
            return context.WholeAccuracy(candidate, BatchSize);
        long used = SharesBatches ? Batches : (long)Count * Batches;
        return Score(context, candidate, used + (SharesBatches ? 0 : (long)index * batches), batches);
    }

    private InvalidOperationException NoCandidates() => new($"The selection '{Name}' has no candidates; expected at least one.");
}
