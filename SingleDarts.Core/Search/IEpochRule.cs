using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Decides after every epoch how a search continues: to stop it early (DARTS+, DARTS-ES), to prune candidates (GOLD-NAS), to begin a new
/// stage in another space (P-DARTS, StacNAS), or to return to an earlier epoch with other settings (DARTS-ADA).
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

    /// <summary>
    /// Measures after the last step of an epoch what the rule decides by, on the present supernet and the batches of that step. The number
    /// stands in the report of the epoch (<see cref="EpochReport.Measured"/>), from which a resumed search has it.
    /// </summary>
    /// <param name="moment">The moment. Generators that are drawn from are put back.</param>
    /// <returns>The number; null, the default, if there is none in this epoch.</returns>
    double? Measure(SearchMoment moment) => null;

    /// <summary>
    /// Names the epochs to which the rule may return (<see cref="EpochDecision.Return"/>), now or later. Their states are kept in memory
    /// and in every checkpoint, until a later answer leaves them out. Asked before each <see cref="Decide"/>; none by default.
    /// </summary>
    /// <param name="context">What the search has given so far.</param>
    /// <returns>Numbers of epochs of <see cref="EpochRuleContext.History"/>; others are ignored.</returns>
    IEnumerable<int> Returns(EpochRuleContext context) => [];

    /// <summary>Decides after an epoch. All rules of a search are asked after each: the first that stops wins, and at most one may change
    /// the space.</summary>
    /// <param name="context">What the search has given so far.</param>
    /// <returns>For example <see cref="EpochDecision.Continue"/>.</returns>
    EpochDecision Decide(EpochRuleContext context);
}
