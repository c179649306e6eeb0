using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>What a strategy knows when it proposes a genotype.</summary>
/// <param name="Space">The space.</param>
/// <param name="Trace">Every evaluation so far, the oldest first; empty at first.</param>
/// <param name="Random">
/// Random numbers of this call alone, seeded by the search's seed and the length of the trace. A strategy draws from nothing else.
/// </param>
public sealed record StrategyContext(SearchSpace Space, IReadOnlyList<EvaluatedGenotype> Trace, Random Random)
{
    /// <summary>A seed that is the same at every call of a search: for the first numbers of a model that is fitted to the trace.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>The context of the proposal behind a trace.</summary>
    internal static StrategyContext Next(SearchSpace space, IReadOnlyList<EvaluatedGenotype> trace, RandomStreams streams) =>
        new(space, trace, new Random((int)streams.Derive("strategy", trace.Count))) { Seed = (int)streams.Derive("strategy start") };

    /// <summary>What a strategy proposes in this context.</summary>
    /// <exception cref="InvalidOperationException">The strategy fails, or proposes null; the message names it.</exception>
    internal Proposal Ask(IStrategy strategy)
    {
        Proposal proposal = UserPart.Result(strategy, () => $"The strategy '{strategy.Name}', behind {Trace.Count} evaluations,",
            "a genotype and a budget", () => strategy.Ask(this));
        return proposal is { Genotype: not null, Budget: not null } ? proposal : throw new UserPartException(
            $"The strategy '{strategy.Name}' proposes {proposal.Genotype?.ToString() ?? "null"} with the budget " +
            $"{proposal.Budget?.ToString() ?? "null"}; expected a genotype and a budget.");
    }
}
