using System.Diagnostics;
using PaperTables.Slurm;

namespace SingleDarts.Core.Tests.Samples;

public class SlurmScriptTests
{
    private const string NastyName = "a 'b\" %d $x #&";

    [Fact]
    public void Options_become_directives()
    {
        var options = new SlurmOptions
        {
            Throttle = 4, Time = "04:00:00", Memory = "8G", Cpus = 2, Gpus = 1, Partition = "gpu,long", Account = "lab", Requeue = true,
                Grace = 300, Others = ["--qos=long", "--nice"],
        };
        Directives(new JobScript("/data/sweep", ["/bin/p"], [0, 3, 5, 6, 7], options)).Should().Equal(
            "--job-name='sweep'", "--array=0,3,5-7%4", "--output='/data/sweep/slurm/logs/%A_%a.log'", "--open-mode=append",
            "--signal=B:USR1@300",
            "--cpus-per-task=2", "--gpus=1", "--mem=8G", "--time=04:00:00", "--partition=gpu,long", "--account=lab", "--requeue",
            "--qos=long", "--nice");
    }

    [Fact]
    public void What_is_not_asked_for_is_left_to_the_cluster() =>
        Directives(new JobScript("/s", ["/bin/p"], [0], new SlurmOptions())).Should().Equal(
            "--job-name='s'", "--array=0", "--output='/s/slurm/logs/%A_%a.log'", "--open-mode=append", "--signal=B:USR1@120",
            "--cpus-per-task=1");

    [Fact]
    public void A_percent_sign_in_the_path_is_no_pattern_of_the_log() =>
        new JobScript($"/{NastyName}", ["/bin/p"], [0], new SlurmOptions()).ToString().Should()
            .Contain($"--output='/a '\\''b\" %%d $x #&/slurm/logs/%A_%a.log'");

    [Theory]
    [InlineData("/a\\b")]
    [InlineData("/a\nb")]
    public void A_folder_that_Slurm_cannot_log_into_is_refused(string folder) =>
        FluentActions.Invoking(new JobScript(folder, ["/bin/p"], [0], new SlurmOptions()).ToString).Should().Throw<ArgumentException>()
            .WithMessage("*Rename it.");

    [LinuxFact]
    public void The_task_runs_its_trial_with_threads_of_the_allocation_and_hands_the_exit_code_on()
    {
        using var folder = new TemporaryFolder();
        using Process task = Start(folder, "printf '%s|' \"$OMP_NUM_THREADS\" \"$@\"; exit 3", new SlurmOptions { Requeue = true },
            retryFailed: true);
        task.StandardOutput.ReadToEnd().Should().Contain($"3|sweep|run|{folder[NastyName]}|--index|auto|--threads|3|--retry-failed|");
        task.WaitForExit();
        task.ExitCode.Should().Be(3);
    }

    [LinuxTheory]
    [InlineData("USR1", true, true)]
    [InlineData("USR1", false, false)]
    [InlineData("TERM", true, false)]
    public void A_signal_lets_the_program_save_and_only_the_time_limit_requeues(string signal, bool requeue, bool isRequeued)
    {
        using var folder = new TemporaryFolder();
        using Process task = Start(
            folder, "trap 'sleep 0.2; echo saved; exit 143' TERM; echo ready; for i in {1..600}; do sleep 0.05; done",
            new SlurmOptions { Requeue = requeue });
        string? line;
        while ((line = task.StandardOutput.ReadLine()) is not null and not "ready")
            line.Should().StartWith("== task 7_2, restart 0, on ");
        Process.Start("kill", [$"-{signal}", task.Id.ToString()]).WaitForExit();
        string output = task.StandardOutput.ReadToEnd();
        task.WaitForExit();
        task.ExitCode.Should().Be(143);
        output.Should().Contain("saved").And.Contain("== ended with 143");
        output.Contains("scontrol requeue 41").Should().Be(isRequeued);
    }

    /// <summary>The script in bash, with a program of one line and a scontrol that says what it is asked and fails.</summary>
    private static Process Start(TemporaryFolder folder, string program, SlurmOptions options, bool retryFailed = false)
    {
        string bin = folder["bin o"], file = Path.Combine(bin, "it's the program");
        Directory.CreateDirectory(bin);
        foreach ((string path, string content) in new[] { (file, program),
            (Path.Combine(bin, "scontrol"), "echo scontrol \"$@\"; exit 1") })
        {
            File.WriteAllText(path, $"#!/bin/bash\n{content}\n");
            Process.Start("chmod", ["+x", path]).WaitForExit();
        }
        File.WriteAllText(folder["job.sh"], new JobScript(folder[NastyName], [file], [2], options, retryFailed).ToString());
        var start = new ProcessStartInfo("bash", [folder["job.sh"]]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach ((string name, string value) in new[] { ("CPUS_PER_TASK", "3"), ("ARRAY_JOB_ID", "7"), ("ARRAY_TASK_ID", "2"),
            ("JOB_ID", "41") })
            start.Environment["SLURM_" + name] = value;
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Directives(JobScript script) =>
        script.ToString().Split('\n').Where(line => line.StartsWith("#SBATCH ", StringComparison.Ordinal))
            .Select(line => line["#SBATCH ".Length..]);
}
