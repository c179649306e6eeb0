namespace SingleDarts.Core.Sweeps;

/// <summary>Trials that belong together, for example the seeds of one row of a table. A trial may be in several groups and runs
/// once.</summary>
/// <param name="Name">Name of the group, unique in its plan.</param>
/// <param name="Trials">Its trials.</param>
public sealed record SweepGroup(string Name, IReadOnlyList<Trial> Trials);
