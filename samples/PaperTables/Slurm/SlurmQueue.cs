using System.Globalization;

namespace PaperTables.Slurm;

/// <summary>What Slurm says of submitted jobs.</summary>
internal static class SlurmQueue
{
    /// <summary>The tasks that are in the queue; null, with the reason, if it cannot be asked.</summary>
    public static (IReadOnlyList<QueuedTask>? Tasks, string? Reason) Ask(IReadOnlyList<SubmittedJob> jobs)
    {
        var tasks = new List<QueuedTask>();
        foreach (IGrouping<string?, SubmittedJob> cluster in jobs.GroupBy(job => job.Cluster))
        {
            var answer = ExternalProgram.Run(
                "squeue", null, ["--noheader", "--array", $"--Format={QueuedTask.Format}", .. Selection(cluster)]);
            if (answer is not var (code, output, error))
                return (null, "there is no squeue here");
            // What Slurm says of one job that it has forgotten.
            if (code != 0 && !error.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase))
                return (null, $"squeue ended with {code}: {error.Trim()}");
            tasks.AddRange(QueuedTask.Parse(output));
        }
        return (tasks, null);
    }

    /// <summary>How tasks ended, by job and index, if the cluster keeps accounts.</summary>
    public static IReadOnlyDictionary<(long Job, int Index), string> AskAccounts(IReadOnlyList<SubmittedJob> jobs)
    {
        var ends = new Dictionary<(long, int), string>();
        foreach (IGrouping<string?, SubmittedJob> cluster in jobs.GroupBy(job => job.Cluster))
            if (ExternalProgram.Run("sacct", null,
                ["--noheader", "--parsable2", "--allocations", "--format=JobID,State,ExitCode", .. Selection(cluster)])
                is (0, var output, _))
                foreach (var (task, end) in ParseAccounts(output))
                    ends[task] = end;
        return ends;
    }

    /// <summary>Lines such as <c>123_4|TIMEOUT|0:15</c>; those of tasks that did not begin are left out.</summary>
    internal static IEnumerable<KeyValuePair<(long Job, int Index), string>> ParseAccounts(string output)
    {
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries))
            if (line.Split('|') is [var id, var state, var code] && id.Split('_') is [var job, var index]
                && long.TryParse(job, NumberStyles.None, CultureInfo.InvariantCulture, out long jobNumber)
                && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int indexNumber))
                yield return new((jobNumber, indexNumber), $"{state}, exit code {code}");
    }

    private static IEnumerable<string> Selection(IGrouping<string?, SubmittedJob> cluster)
    {
        yield return $"--jobs={string.Join(',', cluster.Select(job => job.Id).Distinct())}";
        if (cluster.Key is not null)
            yield return $"--clusters={cluster.Key}";
    }
}
