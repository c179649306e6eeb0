using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Decides after every epoch how a search continues: to stop it early (DARTS+, DARTS-ES), to prune candidates (GOLD-NAS), or to begin a new
/// stage in another space (P-DARTS, StacNAS).
/// </summary>
/// <remarks>
/// A resumed search asks every rule again for the epochs that are done, so that a decision must depend on what <see cref="Decide"/> is
/// given alone. A rule that implements <see cref="Runtime.IResumable"/> is put back to its start before that, and gets its saved state
/// afterwards.
/// </remarks>
public interface IEpochRule
{
    /// <summary>Name in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>What is wrong with the rule in a space; a search with faults is rejected before any work.</summary>
    /// <param name="space">The space of the first stage.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Decides after an epoch. All rules of a search are asked after each: the first that stops wins, and at most one may change
    /// the space.</summary>
    /// <param name="context">What the search has given so far.</param>
    /// <returns>For example <see cref="EpochDecision.Continue"/>.</returns>
    EpochDecision Decide(EpochRuleContext context);
}
