using System.CommandLine;
using PaperTables.CommandLine;
using PaperTables.Sweeps;

namespace PaperTables.Slurm;

/// <summary>The command line of <c>sweep submit</c>.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        Argument<string> folder = SweepCommand.Folder();
        Option<bool> slurm = new("--slurm") { Description = "Submit to Slurm, as an array job with one task for each trial that is left." };
        Option<bool> retryFailed = new("--retry-failed") { Description = "Run trials that failed again." };
        Option<bool> dryRun = new("--dry-run") { Description = "Print the script and submit nothing." };
        var command = new Command("submit",
            "Submits the trials of a sweep that are left to a cluster, whose nodes all see the folder under the same path.\n\n" +
            "Example: sweep submit sweeps/1 --slurm --throttle 8 --time 04:00:00 --mem 8G --cpus 2 --requeue\n" +
            "Exit codes: 0 submitted or nothing left, 2 no sweep, bad options, no sbatch, or refused by Slurm.")
        { folder, slurm };
        foreach (SettingOption entry in OptionTable<SlurmOptions>.Entries)
            command.Add(entry.Option);
        command.Add(retryFailed);
        command.Add(dryRun);
        command.SetAction((parsed, _) => Outcome.OfAsync(_ =>
        {
            if (!parsed.GetValue(slurm))
                throw new ArgumentException("The batch system is not named; the one there is, is --slurm.");
            foreach (string line in SlurmSubmission.Submit(parsed.GetValue(folder)!, OptionTable<SlurmOptions>.Read(parsed),
                parsed.GetValue(retryFailed), parsed.GetValue(dryRun)))
                Terminal.WriteLine(line);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }
}
