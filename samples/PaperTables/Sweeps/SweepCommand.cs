using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Slurm;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep</c>: one subcommand for each thing to do with a sweep's folder.</summary>
internal static class SweepCommand
{
    public static Command Create() => new("sweep",
        "Plans, runs and collects the searches behind a table of the paper.\n\n" +
        "Example: sweep plan table4 --scale smoke --out sweeps/1, then sweep run sweeps/1, then sweep collect sweeps/1\n" +
        "Exit codes: 0 done, 1 a trial failed or an unexpected failure, 2 bad input, 130 Ctrl+C and 143 SIGTERM (both with checkpoints).")
    {
        PlanCommand.Create(),
        RunCommand.Create(),
        SubmitCommand.Create(),
        StatusCommand.Create(),
        CollectCommand.Create(),
        DrawCommand.Create(),
    };

    /// <summary>The argument that names a sweep's folder.</summary>
    public static Argument<string> Folder() => new("folder") { Description = "What sweep plan --out named." };

    /// <summary>The table of NAS-Bench-201 that is named, or that of the plan if it lies in the sweep folder: what a shared file names
    /// elsewhere is opened only if the user names it, too.</summary>
    public static NasBench201Table? Benchmark(SweepFolder sweep, string? table)
    {
        if (table is not null)
            return NasBench201Table.Load(table);
        if (sweep.Plan.Definition["benchmark"]?.ToString() is not { } planned)
            return null;
        if (SharedPath.IsInside(SharedPath.Require(planned, Path.Combine(sweep.Path, "sweep.json")), sweep.Path))
            return NasBench201Table.Load(Path.GetFullPath(planned, sweep.Path));
        Terminal.WriteErrorLine(
            $"The plan names the table {Quoted.Of(planned)}, which is not in the sweep folder and was not opened; give it with --table.");
        return null;
    }

    /// <summary>Names the trials that failed, and those whose results cannot be read.</summary>
    public static void PrintFailures(SweepFolder folder, SweepStatus status, TextWriter writer)
    {
        foreach (TrialStatus trial in status.Trials.Where(trial => trial.State == TrialState.Open && trial.Message is not null))
            writer.WriteLine($"trial {trial.Index} ({Name(folder, trial.Trial)}) counts as open: {Quoted.Escape(trial.Message!)}");
        foreach (TrialStatus trial in status.Trials.Where(trial => trial.State == TrialState.Failed))
            writer.WriteLine(Quoted.Escape(
                $"trial {trial.Index} ({Name(folder, trial.Trial)}) failed: {trial.Message}\n  log: {folder.FailureLog(trial.Trial)}"));
    }

    /// <summary>The first row that a trial belongs to, with its seed.</summary>
    public static string Name(SweepFolder folder, Trial trial) =>
        $"{folder.Plan.Groups.First(group => group.Trials.Contains(trial)).Name}, seed " +
        $"{trial.Options["seed"]?.ToJsonString() ?? "unknown"}, {trial.Hash}";
}
