namespace SingleDarts.Core.Spaces;

/// <summary>What a strategy knows when it proposes a genotype.</summary>
/// <param name="Space">The space.</param>
/// <param name="Trace">Every evaluation so far, the oldest first; empty at first.</param>
/// <param name="Random">
/// Random numbers of this call alone, seeded by the search's seed and the length of the trace. A strategy draws from nothing else.
/// </param>
public sealed record StrategyContext(SearchSpace Space, IReadOnlyList<EvaluatedGenotype> Trace, Random Random);
