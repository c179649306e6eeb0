using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>What the queue adds to the state of a sweep that was submitted.</summary>
internal static class SlurmStatus
{
    /// <summary>Asks the queue and describes every trial by folder and queue; nothing for a sweep that was not submitted.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="name">What a trial is called.</param>
    /// <param name="all">Whether to name every trial, and not only those that were begun or lost.</param>
    /// <exception cref="InvalidDataException">The record of the jobs is damaged.</exception>
    public static IEnumerable<string> Describe(SweepFolder sweep, Func<Trial, string> name, bool all)
    {
        IReadOnlyList<SubmittedJob> jobs = SubmittedJob.ReadAll(sweep.Path);
        if (jobs.Count == 0)
            return [];
        var (queue, reason) = SlurmQueue.Ask(jobs);
        // The folder after the queue: a task that ends between the two is done and not lost.
        IReadOnlyList<TrialInQueue> trials = TrialInQueue.Merge(sweep.Status().Trials, jobs, queue);
        bool areLost = trials.Any(trial => trial.Standing == TrialStanding.Lost);
        IReadOnlyDictionary<(long, int), string> ends = areLost ? SlurmQueue.AskAccounts(jobs) : new Dictionary<(long, int), string>();
        return
        [
            .. reason is null ? Array.Empty<string>() : [$"Slurm's queue is not known: {reason}"],
            $"with Slurm: {Count(trials)}",
            .. trials.Where(trial => all
                || trial.Standing is not (TrialStanding.Done or TrialStanding.Failed or TrialStanding.Pending or TrialStanding.Open))
                .Select(trial =>
                    $"{trial.Status.Index,4}  {Name(trial.Standing),-11}  {name(trial.Status.Trial)}{Detail(sweep.Path, trial, ends)}"),
            .. areLost ? ["Lost trials are in no queue; sweep submit submits them again, and they go on from their checkpoints."]
                : Array.Empty<string>(),
        ];
    }

    /// <summary>How many trials stand how, for example <c>3 done, 1 running, 2 pending</c>.</summary>
    public static string Count(IEnumerable<TrialInQueue> trials) =>
        string.Join(", ", trials.CountBy(trial => trial.Standing).OrderBy(count => count.Key)
            .Select(count => $"{count.Value} {Name(count.Key)}"));

    private static string Name(TrialStanding standing) => standing.ToString().ToLowerInvariant();

    private static string Detail(string sweep, TrialInQueue trial, IReadOnlyDictionary<(long Job, int Index), string> ends) =>
        (trial.Task, trial.Submitted) switch
    {
        ({ } task, _) =>
            $"  (task {task.Job}_{task.Index}, " +
        $"{task.State}{(task.Waits ? $": {task.Reason}" : "")}{(task.Restarts > 0 ? $", restart {task.Restarts}" : "")})",
        (null, { } job) when trial.Standing == TrialStanding.Lost =>
            $"  ({ends.GetValueOrDefault((job.Id, trial.Status.Index), "ended")}; log: " +
            $"{Path.Combine(sweep, "slurm", "logs", $"{job.Id}_{trial.Status.Index}.log")})",
        _ => "",
    };
}
