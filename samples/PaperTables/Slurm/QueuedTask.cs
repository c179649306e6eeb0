using System.Globalization;

namespace PaperTables.Slurm;

/// <summary>A task of an array job as Slurm's queue shows it.</summary>
/// <param name="Job">Number of the array job.</param>
/// <param name="Index">Index of the task.</param>
/// <param name="State">Slurm's long name of the state, such as PENDING.</param>
/// <param name="Restarts">How often it was put back into the queue.</param>
/// <param name="Reason">Why it waits.</param>
internal sealed record QueuedTask(long Job, int Index, string State, int Restarts, string Reason)
{
    /// <summary>The format that <see cref="Parse"/> reads: widths that nothing outgrows, which every Slurm since 16.05 knows.</summary>
    public const string Format = "ArrayJobID:20,ArrayTaskID:20,State:20,RestartCnt:12,Reason:80";

    public bool IsOver => State is "COMPLETED" or "FAILED" or "CANCELLED" or "TIMEOUT" or "OUT_OF_MEMORY" or "NODE_FAIL" or "BOOT_FAIL"
        or "DEADLINE" or "REVOKED" or "PREEMPTED";

    public bool IsRequeued => Waits && Restarts > 0 || State.StartsWith("REQUEUE", StringComparison.Ordinal) || State == "SPECIAL_EXIT";

    public bool Waits => State is "PENDING";

    /// <summary>The tasks in the output of <c>squeue --noheader --array --Format=…</c>; other lines are left out.</summary>
    public static IReadOnlyList<QueuedTask> Parse(string output) => [.. output.Split('\n').Select(ParseLine).OfType<QueuedTask>()];

    private static QueuedTask? ParseLine(string line)
    {
        string[] words = line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length >= 4 && Number(words[0]) is { } job && Number(words[1]) is { } index && Number(words[3]) is { } restarts
            ? new QueuedTask(job, (int)index, words[2], (int)restarts, words.Length > 4 ? words[4] : "")
            : null;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
