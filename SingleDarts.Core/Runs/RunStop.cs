namespace SingleDarts.Core.Runs;

/// <summary>The early end of a run.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="ResultEpoch">Number of the epoch that gives the result, counted from 1.</param>
internal sealed record RunStop(string Reason, int ResultEpoch);
