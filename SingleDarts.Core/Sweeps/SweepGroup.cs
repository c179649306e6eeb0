namespace SingleDarts.Core.Sweeps;

/// <summary>Cells that belong together, for example the seeds of one row of a table. A cell may be in several groups and runs once.</summary>
/// <param name="Name">Name of the group, unique in its plan.</param>
/// <param name="Cells">Its cells.</param>
public sealed record SweepGroup(string Name, IReadOnlyList<Trial> Cells);
