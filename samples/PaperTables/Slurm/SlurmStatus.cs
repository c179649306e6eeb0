using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>What the queue adds to the state of a sweep that was submitted.</summary>
internal static class SlurmStatus
{
    /// <summary>Asks the queue and describes every cell by folder and queue; nothing for a sweep that was not submitted.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="name">What a cell is called.</param>
    /// <param name="all">Whether to name every cell, and not only those that were begun or lost.</param>
    /// <exception cref="InvalidDataException">The record of the jobs is damaged.</exception>
    public static IEnumerable<string> Describe(SweepFolder sweep, Func<Trial, string> name, bool all)
    {
        IReadOnlyList<SubmittedJob> jobs = SubmittedJob.ReadAll(sweep.Path);
        if (jobs.Count == 0)
            return [];
        var (queue, reason) = SlurmQueue.Ask(jobs);
        // The folder after the queue: a task that ends between the two is done and not lost.
        IReadOnlyList<CellInQueue> cells = CellInQueue.Merge(sweep.Status().Cells, jobs, queue);
        bool areLost = cells.Any(cell => cell.Standing == CellStanding.Lost);
        IReadOnlyDictionary<(long, int), string> ends = areLost ? SlurmQueue.AskAccounts(jobs) : new Dictionary<(long, int), string>();
        return
        [
            .. reason is null ? Array.Empty<string>() : [$"Slurm's queue is not known: {reason}"],
            $"with Slurm: {Count(cells)}",
            .. cells.Where(cell => all || cell.Standing is not (CellStanding.Done or CellStanding.Failed or CellStanding.Pending or CellStanding.Open))
                .Select(cell => $"{cell.Status.Index,4}  {Name(cell.Standing),-11}  {name(cell.Status.Cell)}{Detail(sweep.Path, cell, ends)}"),
            .. areLost ? ["Lost cells are in no queue; sweep submit submits them again, and they go on from their checkpoints."] : Array.Empty<string>(),
        ];
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
