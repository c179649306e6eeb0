using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>A trial of a sweep with what Slurm knows of it.</summary>
/// <param name="Status">What the folder says.</param>
/// <param name="Standing">What folder and queue say together.</param>
/// <param name="Task">Its task in the queue.</param>
/// <param name="Submitted">The last job that it was submitted in.</param>
internal sealed record TrialInQueue(TrialStatus Status, TrialStanding Standing, QueuedTask? Task, SubmittedJob? Submitted)
{
    /// <summary>Merges the views. The folder decides what is done, the queue what is to come.</summary>
    /// <param name="trials">The trials as their folder shows them.</param>
    /// <param name="jobs">What was submitted, the earliest first.</param>
    /// <param name="queue">The queue; null if it cannot be asked, and then no trial is taken for lost.</param>
    public static IReadOnlyList<TrialInQueue> Merge(IReadOnlyList<TrialStatus> trials, IReadOnlyList<SubmittedJob> jobs,
        IReadOnlyList<QueuedTask>? queue)
    {
        var submitted = new Dictionary<int, SubmittedJob>();
        foreach (SubmittedJob job in jobs)
            foreach (int index in job.IndicesBelow(trials.Count))
                submitted[index] = job;
        HashSet<long> ours = [.. jobs.Select(job => job.Id)];
        ILookup<int, QueuedTask> tasks = (queue ?? []).Where(task => ours.Contains(task.Job) && !task.IsOver).ToLookup(task => task.Index);
        return [.. trials.Select(trial =>
        {
            QueuedTask? task = tasks[trial.Index].OrderBy(t => t.Waits).ThenBy(t => t.Job).FirstOrDefault();
            SubmittedJob? job = submitted.GetValueOrDefault(trial.Index);
            return new TrialInQueue(trial, StandingOf(trial.State, task, isLost: queue is not null && job is not null), task, job);
        })];
    }

    private static TrialStanding StandingOf(TrialState state, QueuedTask? task, bool isLost) => (state, task) switch
    {
        (TrialState.Done, _) => TrialStanding.Done,
        (_, { IsRequeued: true }) => TrialStanding.Requeued,
        (_, { Waits: true }) => TrialStanding.Pending,
        (_, not null) or (TrialState.Running, _) => TrialStanding.Running,
        (TrialState.Failed, _) => TrialStanding.Failed,
        _ when isLost => TrialStanding.Lost,
        (TrialState.Interrupted, _) => TrialStanding.Interrupted,
        _ => TrialStanding.Open,
    };
}
