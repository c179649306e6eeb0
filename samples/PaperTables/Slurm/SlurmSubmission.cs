using SingleDarts.Core.Runtime;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Slurm;

/// <summary>Submits the trials of a sweep that are left.</summary>
internal static class SlurmSubmission
{
    private const string Logs = "slurm/logs", Script = "slurm/job.sh";

    /// <summary>Writes the script, submits it and records the job; lines for the user.</summary>
    /// <param name="path">The sweep folder.</param>
    /// <param name="options">What each task asks of Slurm.</param>
    /// <param name="retryFailed">Whether to run trials that failed again.</param>
    /// <param name="dryRun">Whether to give the script and touch nothing.</param>
    /// <exception cref="ArgumentException">Options are at fault.</exception>
    /// <exception cref="IOException">There is no sweep, no sbatch, or Slurm refused the job.</exception>
    public static IEnumerable<string> Submit(string path, SlurmOptions options, bool retryFailed, bool dryRun)
    {
        options.Validate();
        SweepFolder sweep = SweepFolder.Open(Path.TrimEndingDirectorySeparator(path));
        IReadOnlyList<SubmittedJob> jobs = SubmittedJob.ReadAll(sweep.Path);
        var (queue, reason) = SlurmQueue.Ask(jobs);
        if (reason is not null && !dryRun)
            throw new IOException(
                $"Trials of this sweep were submitted before, and it is not known which of them are in Slurm's queue: {reason}. Try " +
            "again later.");
        IReadOnlyList<TrialInQueue> trials = TrialInQueue.Merge(sweep.Status().Trials, jobs, queue);
        int[] left = [.. trials.Where(trial => IsLeft(trial.Standing, retryFailed)).Select(trial => trial.Status.Index)];
        string others = SlurmStatus.Count(trials.Where(trial => !left.Contains(trial.Status.Index)));
        if (left.Length == 0)
            return [$"nothing to submit: of {trials.Count} trials, {others}" +
                (trials.Any(trial => trial.Standing == TrialStanding.Failed) ? "; --retry-failed runs those that failed again" : "")];
        string script = new JobScript(sweep.Path, ThisProgram(), left, options, retryFailed).ToString();
        if (dryRun)
            return [script];
        SubmittedJob job = Submit(sweep.Path, script, left);
        return
        [
            $"job {job.Id}: {left.Length} of {trials.Count} trials, array {job.Array}{(others.Length > 0 ? $" ({others})" : "")}",
            $"script {Path.Combine(sweep.Path, Script)}",
            $"logs   {Path.Combine(sweep.Path, Logs)}",
        ];
    }

    private static bool IsLeft(TrialStanding standing, bool retryFailed) =>
        standing is TrialStanding.Open or TrialStanding.Interrupted or TrialStanding.Lost
            || (retryFailed && standing is TrialStanding.Failed);

    /// <summary>sbatch gets the script itself and not its path: whoever shares the folder could change the file in between.</summary>
    private static SubmittedJob Submit(string sweep, string script, int[] indices)
    {
        var files = new GuardedFolder(sweep);
        files.CreateFolder(Logs);
        files.Write(Script, script);
        if (ExternalProgram.Run("sbatch", script, ["--parsable"]) is not var (code, output, error))
            throw new IOException(
                $"There is no sbatch in PATH; run this on a login node of the cluster. The script is {files.PathOf(Script)}.");
        if (code != 0)
            throw new IOException(
                $"Slurm refused the job; sbatch ended with {code}:\n{error.Trim()}\nThe script is {files.PathOf(Script)}.");
        try
        {
            var (id, cluster) = SubmittedJob.ParseAnswer(output);
            var job = new SubmittedJob(id, cluster, DateTimeOffset.UtcNow, ArrayExpression.Format(indices));
            job.AppendTo(sweep);
            return job;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new IOException(
                $"Slurm took the job and answered {Quoted.Of(output.Trim())}, but that could not be recorded: {e.Message} Cancel it with " +
            "scancel and submit again.", e);
        }
    }

    /// <summary>How this program was started, to be started again on another node.</summary>
    private static IReadOnlyList<string> ThisProgram()
    {
        string process = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "PaperTables.dll")]
            : [process];
    }
}
