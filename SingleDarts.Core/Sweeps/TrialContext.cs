namespace SingleDarts.Core.Sweeps;

/// <summary>What the function that runs a trial gets.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="RunFolder">
/// Where the run keeps what it needs to resume after a kill; empty or missing at the first attempt, as the last attempt left it later.
/// </param>
/// <param name="Log">Kept beside the run folder, and beside the message if the trial fails; written through at every line.</param>
public sealed record TrialContext(Trial Trial, string RunFolder, TextWriter Log);
