using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Slurm;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<bool> all = new("--all") { Description = "Name every trial." };
        var command = new Command("status", "Says how far a sweep is. It ends with 1 if a trial failed.") { folder, all };
        command.SetAction((parsed, _) => Outcome.OfAsync(_ =>
        {
            SweepFolder sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            SweepStatus status = sweep.Status();
            Terminal.WriteLine(status.ToString());
            string[] lines = [.. SlurmStatus.Describe(sweep, trial => SweepCommand.Name(sweep, trial), parsed.GetValue(all))];
            if (lines.Length == 0)
                lines = [.. status.Trials.Where(trial =>
                    parsed.GetValue(all) || trial.State is TrialState.Running or TrialState.Interrupted)
                    .Select(trial =>
                        $"{trial.Index,4}  {trial.State.ToString().ToLowerInvariant(),-11}  " +
                    $"{SweepCommand.Name(sweep, trial.Trial)}{Attempt(trial)}")];
            foreach (string line in lines)
                Terminal.WriteLine(line);
            SweepCommand.PrintFailures(sweep, status, Console.Out);
            return Task.FromResult(status.Count(TrialState.Failed) > 0 ? ExitCode.Failure : ExitCode.Success);
        }));
        return command;
    }

    private static string Attempt(TrialStatus trial) => trial.Owner is null ? "" : $"  (attempt {trial.Attempts}, {trial.Owner})";
}
