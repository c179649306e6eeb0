namespace SingleDarts.Core.Sweeps;

/// <summary>How far a trial is.</summary>
public enum TrialState
{
    /// <summary>Not started.</summary>
    Open,

    /// <summary>A process has it and sends heartbeats.</summary>
    Running,

    /// <summary>Started, but no process owns it: the next runner resumes it.</summary>
    Interrupted,

    /// <summary>Its result is there.</summary>
    Done,

    /// <summary>It failed and is tried again only when asked for.</summary>
    Failed,
}
