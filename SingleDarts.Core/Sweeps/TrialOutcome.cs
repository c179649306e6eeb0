namespace SingleDarts.Core.Sweeps;

/// <summary>The outcome of an attempt to run a trial.</summary>
public enum TrialOutcome
{
    /// <summary>Its result is there, from this attempt or an earlier one.</summary>
    Done,

    /// <summary>It failed, now or earlier; the message is in the folder.</summary>
    Failed,

    /// <summary>Another runner has it.</summary>
    Taken,
}
