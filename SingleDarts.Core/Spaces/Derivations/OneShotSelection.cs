using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Chooses among candidates by their one-shot accuracy: each is scored on one batch, every candidate on another one, and the first of the
/// highest score wins. At the end of the search <see cref="Count"/> candidates are scored anew; the winner is the search's result.
/// </summary>
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

    /// <inheritdoc/>
    public virtual IEnumerable<string> Faults(SearchSpace space)
    {
        if (Count < 1 || CountPerEpoch < 0)
            yield return $"The selection '{Name}' scores {Count} candidates at the end and {CountPerEpoch} after an epoch; expected at " +
                "least 1 and 0.";
        if (BatchSize < 2)
            yield return $"The selection '{Name}' has batches of {BatchSize}; expected at least 2, or null for those of the search.";
    }

    /// <summary>The candidates in their order, as many or more than are scored.</summary>
    /// <param name="context">The space, its parameters and the generator to draw from.</param>
    protected abstract IEnumerable<Genotype> Candidates(DerivationContext context);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are no candidates.</exception>
    public Genotype Derive(DerivationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        int count = context.IsFinal ? Count : CountPerEpoch;
        IEnumerable<Genotype> candidates = Candidates(context).Take(Math.Max(1, count));
        Genotype? first = count <= 1
            ? candidates.FirstOrDefault()
            : candidates.MaxBy(candidate => context.Accuracy(candidate, BatchSize));
        return first ?? throw new InvalidOperationException($"The selection '{Name}' has no candidates; expected at least one.");
    }
}
