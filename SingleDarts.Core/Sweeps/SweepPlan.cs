using System.Text.Json.Nodes;

namespace SingleDarts.Core.Sweeps;

/// <summary>What a sweep is to run.</summary>
/// <param name="Definition">What the plan was made from, for whoever reads it; the sweep does not look into it.</param>
/// <param name="Groups">Groups of trials.</param>
public sealed record SweepPlan(JsonObject Definition, IReadOnlyList<SweepGroup> Groups)
{
    /// <summary>
    /// Every trial once, in the order in which they are run and numbered, from 0: the first trial of every group, then the second of every
    /// group, and so on, so that a sweep that is cut short has something of every group.
    /// </summary>
    public IReadOnlyList<Trial> Trials { get; } =
        [.. Groups.SelectMany(group => group.Trials.Select((trial, place) => (trial, place))).OrderBy(c => c.place).Select(c => c.trial)
            .Distinct()];
}
