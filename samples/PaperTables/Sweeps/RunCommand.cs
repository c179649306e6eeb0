using System.CommandLine;
using System.Globalization;
using PaperTables.CommandLine;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep run</c>.</summary>
internal static class RunCommand
{
    private static readonly string[] ArrayVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<string?> index = new("--index")
        {
            Description = $"Run this trial of the plan's order (from 0) and no other; 'auto' reads {string.Join(" or ", ArrayVariables)}.",
        };
        Option<int> workers = new("--workers") { Description = "Trials side by side, each in a process of its own.",
            DefaultValueFactory = _ => 1 };
        Option<bool> retry = new("--retry-failed") { Description = "Run trials that failed again." };
        Option<int?> threads = new("--threads")
        {
            Description =
                "CPU threads of all workers together. Default: SLURM_CPUS_PER_TASK, else all cores. A trial that names its threads has " +
            "those.",
        };
        Option<double> stale = new("--stale-after")
        {
            Description = "Seconds without a heartbeat after which others may take a trial of this process from another machine.",
                DefaultValueFactory = _ => 300,
        };
        Option<bool> worker = new("--stop-at-end-of-input") { Description = "Stop with a checkpoint when the standard input ends.",
            Hidden = true };
        var command = new Command(
            "run", "Runs the trials that are neither done nor failed nor taken by another runner, and resumes those that were interrupted.")
        {
            folder, index, workers, retry, threads, stale, worker,
        };
        command.SetAction((parsed, _) => Outcome.OfAsync(async token =>
        {
            if (parsed.GetValue(stale) is var seconds && !(seconds is >= 1 and <= 86_400))
                throw new ArgumentException($"--stale-after is {seconds}; expected 1 second to 86400, a day.");
            if (parsed.GetValue(workers) < 1)
                throw new ArgumentException($"--workers is {parsed.GetValue(workers)}; expected 1 or more.");
            SweepFolder sweep = SweepFolder.Open(parsed.GetValue(folder)!, TimeSpan.FromSeconds(seconds));
            int cores = parsed.GetValue(threads) ?? Number("SLURM_CPUS_PER_TASK") ?? Environment.ProcessorCount;
            return parsed.GetValue(index) is { } number
                ? await TrialWorker.RunAsync(sweep, Index(number, sweep), parsed.GetValue(retry), cores, parsed.GetValue(worker), token)
                : await WorkerPool.RunAsync(sweep, parsed.GetValue(workers), parsed.GetValue(retry),
                    Math.Max(1, cores / parsed.GetValue(workers)), token);
        }));
        return command;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;

    private static int Index(string text, SweepFolder sweep)
    {
        int? found = text == "auto"
            ? ArrayVariables.Select(Number).FirstOrDefault(number => number is not null) ?? throw new ArgumentException(
                $"--index auto found no number in {string.Join(" or ", ArrayVariables)}; run it as a job of an array, or give the number.")
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        return found is { } index && index < sweep.Plan.Trials.Count ? index : throw new ArgumentException(
            $"--index is '{found?.ToString(CultureInfo.InvariantCulture) ?? text}'; expected 0 to {sweep.Plan.Trials.Count - 1}, or auto.");
    }
}
