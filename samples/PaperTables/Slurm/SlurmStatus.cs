using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>What the queue adds to the state of a sweep that was submitted.</summary>
internal static class SlurmStatus
{
    /// <summary>Asks the queue and describes every cell by folder and queue; nothing for a sweep that was not submitted.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="all">Whether to name every cell, and not only those that are waiting, running or lost.</param>
    /// <exception cref="InvalidDataException">The record of the jobs is damaged.</exception>
    public static IEnumerable<string> Describe(SweepFolder sweep, bool all)
    {
        IReadOnlyList<SubmittedJob> jobs = SubmittedJob.ReadAll(sweep.Path);
        if (jobs.Count == 0)
            return [];
        var (queue, reason) = SlurmQueue.Ask(jobs);
        // The folder after the queue: a task that ends between the two is done and not lost.
        IReadOnlyList<CellInQueue> cells = CellInQueue.Merge(sweep.Status().Cells, jobs, queue);
        bool areLost = cells.Any(cell => cell.Standing == CellStanding.Lost);
        return Lines(sweep.Path, cells, areLost ? SlurmQueue.AskAccounts(jobs) : new Dictionary<(long, int), string>(), reason, all);
    }

    internal static IEnumerable<string> Lines(
        string sweep, IReadOnlyList<CellInQueue> cells, IReadOnlyDictionary<(long Job, int Index), string> ends, string? reason, bool all)
    {
        if (reason is not null)
            yield return $"Slurm's queue is not known: {reason}";
        yield return $"with Slurm: {Count(cells)}";
        foreach (CellInQueue cell in cells.Where(cell => all || cell.Standing is CellStanding.Running or CellStanding.Requeued or CellStanding.Lost))
            yield return $"{cell.Status.Index,4}  {Name(cell.Standing),-11}  {cell.Status.Cell}{Detail(sweep, cell, ends)}";
        if (cells.Any(cell => cell.Standing == CellStanding.Lost))
            yield return "Lost cells are in no queue; sweep submit submits them again, and they go on from their checkpoints.";
    }

    /// <summary>How many cells stand how, for example <c>3 done, 1 running, 2 pending</c>.</summary>
    public static string Count(IEnumerable<CellInQueue> cells) =>
        string.Join(", ", cells.CountBy(cell => cell.Standing).OrderBy(count => count.Key).Select(count => $"{count.Value} {Name(count.Key)}"));

    private static string Name(CellStanding standing) => standing.ToString().ToLowerInvariant();

    private static string Detail(string sweep, CellInQueue cell, IReadOnlyDictionary<(long Job, int Index), string> ends) => (cell.Task, cell.Submitted) switch
    {
        ({ } task, _) => $"  (task {task.Job}_{task.Index}, {task.State}{(task.Waits ? $": {task.Reason}" : "")}{(task.Restarts > 0 ? $", restart {task.Restarts}" : "")})",
        (null, { } job) when cell.Standing == CellStanding.Lost =>
            $"  ({ends.GetValueOrDefault((job.Id, cell.Status.Index), "ended")}; log: {Path.Combine(sweep, "slurm", "logs", $"{job.Id}_{cell.Status.Index}.log")})",
        _ => "",
    };
}
