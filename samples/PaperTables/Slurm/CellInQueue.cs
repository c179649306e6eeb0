using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>A cell of a sweep with what Slurm knows of it.</summary>
/// <param name="Status">What the folder says.</param>
/// <param name="Standing">What folder and queue say together.</param>
/// <param name="Task">Its task in the queue.</param>
/// <param name="Submitted">The last job that it was submitted in.</param>
internal sealed record CellInQueue(TrialStatus Status, CellStanding Standing, QueuedTask? Task, SubmittedJob? Submitted)
{
    /// <summary>Merges the views. The folder decides what is done, the queue what is to come.</summary>
    /// <param name="cells">The cells as their folder shows them.</param>
    /// <param name="jobs">What was submitted, the earliest first.</param>
    /// <param name="queue">The queue; null where it cannot be asked, and then no cell is taken for lost.</param>
    public static IReadOnlyList<CellInQueue> Merge(IReadOnlyList<TrialStatus> cells, IReadOnlyList<SubmittedJob> jobs, IReadOnlyList<QueuedTask>? queue)
    {
        var submitted = new Dictionary<int, SubmittedJob>();
        foreach (SubmittedJob job in jobs)
            foreach (int index in job.Indices)
                submitted[index] = job;
        HashSet<long> ours = [.. jobs.Select(job => job.Id)];
        ILookup<int, QueuedTask> tasks = (queue ?? []).Where(task => ours.Contains(task.Job) && !task.IsOver).ToLookup(task => task.Index);
        return [.. cells.Select(cell =>
        {
            QueuedTask? task = tasks[cell.Index].OrderBy(t => t.Waits).ThenBy(t => t.Job).FirstOrDefault();
            SubmittedJob? job = submitted.GetValueOrDefault(cell.Index);
            return new CellInQueue(cell, StandingOf(cell.State, task, isLost: queue is not null && job is not null), task, job);
        })];
    }

    private static CellStanding StandingOf(TrialState state, QueuedTask? task, bool isLost) => (state, task) switch
    {
        (TrialState.Done, _) => CellStanding.Done,
        (_, { IsRequeued: true }) => CellStanding.Requeued,
        (_, { Waits: true }) => CellStanding.Pending,
        (_, not null) or (TrialState.Running, _) => CellStanding.Running,
        (TrialState.Failed, _) => CellStanding.Failed,
        _ when isLost => CellStanding.Lost,
        (TrialState.Interrupted, _) => CellStanding.Interrupted,
        _ => CellStanding.Open,
    };
}
