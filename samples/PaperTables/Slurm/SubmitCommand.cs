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
        Option<int?> throttle = new("--throttle") { Description = "Tasks that may run at the same time. Default: as many as fit." };
        Option<string?> time = new("--time") { Description = "Time limit of one task, hh:mm:ss. Default: the partition's." };
        Option<string?> memory = new("--mem") { Description = "Memory of one task, such as 8G. Default: the cluster's." };
        Option<int> cpus = new("--cpus") { Description = "CPUs, and threads, of one task.", DefaultValueFactory = _ => 1 };
        Option<int> gpus = new("--gpus") { Description = "GPUs of one task.", DefaultValueFactory = _ => 0 };
        Option<string?> partition = new("--partition") { Description = "Partition. Default: the cluster's." };
        Option<string?> account = new("--account") { Description = "Account. Default: yours." };
        Option<bool> requeue = new("--requeue") { Description = "Bring a task back after preemption, a node's failure or its time limit; it goes on from its checkpoint." };
        Option<int> grace = new("--grace") { Description = "Seconds before the time limit at which a task saves its checkpoint.", DefaultValueFactory = _ => 120 };
        Option<string[]> others = new("--sbatch-option") { Description = "Another option of sbatch, such as --sbatch-option=--qos=long. May be given again.", DefaultValueFactory = _ => [] };
        Option<bool> retryFailed = new("--retry-failed") { Description = "Run trials that failed again." };
        Option<bool> dryRun = new("--dry-run") { Description = "Print the script and submit nothing." };
        var command = new Command("submit",
            "Submits the trials of a sweep that are left to a cluster, whose nodes all see the folder under the same path.\n\n" +
            "Example: sweep submit sweeps/1 --slurm --throttle 8 --time 04:00:00 --mem 8G --cpus 2 --requeue\n" +
            "Exit codes: 0 submitted or nothing left, 2 no sweep, bad options, no sbatch, or refused by Slurm.")
        { folder, slurm, throttle, time, memory, cpus, gpus, partition, account, requeue, grace, others, retryFailed, dryRun };
        command.SetAction((parsed, _) => Outcome.OfAsync(_ =>
        {
            if (!parsed.GetValue(slurm))
                throw new ArgumentException("The batch system is not named; the one there is, is --slurm.");
            var options = new SlurmOptions(
                parsed.GetValue(throttle), parsed.GetValue(time), parsed.GetValue(memory), parsed.GetValue(cpus), parsed.GetValue(gpus),
                parsed.GetValue(partition), parsed.GetValue(account), parsed.GetValue(requeue), parsed.GetValue(grace), parsed.GetValue(others)!);
            foreach (string line in SlurmSubmission.Submit(parsed.GetValue(folder)!, options, parsed.GetValue(retryFailed), parsed.GetValue(dryRun)))
                Console.WriteLine(line);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }
}
