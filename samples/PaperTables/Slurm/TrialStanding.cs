namespace PaperTables.Slurm;

/// <summary>How a trial stands by its folder and by Slurm's queue together.</summary>
internal enum TrialStanding
{
    Done,

    /// <summary>It failed and is in no queue.</summary>
    Failed,

    Running,

    /// <summary>It was stopped and put back into the queue; it is resumed from its checkpoint.</summary>
    Requeued,

    /// <summary>It waits for its first start.</summary>
    Pending,

    /// <summary>It was submitted and is neither in the queue nor done nor failed.</summary>
    Lost,

    /// <summary>Started outside the queue; no process owns it.</summary>
    Interrupted,

    /// <summary>It was neither begun nor submitted.</summary>
    Open,
}
