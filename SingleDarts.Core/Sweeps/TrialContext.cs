namespace SingleDarts.Core.Sweeps;

/// <summary>What the function that runs a cell is given.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="RunFolder">
/// Where the run keeps what it needs to go on after a kill; empty or missing at the first attempt, as the last attempt left it later.
/// </param>
/// <param name="Log">Kept beside the run folder, and beside the message where the cell fails; written through at every line.</param>
public sealed record TrialContext(Trial Cell, string RunFolder, TextWriter Log);
