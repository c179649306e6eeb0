namespace SingleDarts.Core.Spaces;

/// <summary>
/// A search over genotypes that trains no supernet of its own: it proposes a genotype, is told how good it is, and proposes the next.
/// What it has been told is the trace that every call of <see cref="Ask"/> is given, so that a strategy is an immutable description
/// without state, two searches can share one, and a search is resumed from its trace.
/// </summary>
public interface IStrategy
{
    /// <summary>Name in records, for example <c>random</c>.</summary>
    string Name { get; }

    /// <summary>Error messages for invalid settings and for a space that the strategy cannot search; empty by default. Asked before any
    /// work.</summary>
    /// <param name="space">The space.</param>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Proposes what to evaluate next.</summary>
    /// <param name="context">The space, everything that has been evaluated, and random numbers.</param>
    /// <returns>A genotype of the space; it may be one that has been evaluated before.</returns>
    Proposal Ask(StrategyContext context);
}
