using System.Diagnostics;
using System.Text.Json.Nodes;
using PaperTables.Slurm;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Samples;

/// <summary><c>sweep submit</c> and <c>sweep status</c> in a process that finds only the programs of Slurm that a test wrote.</summary>
public sealed class SlurmSubmissionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SweepFolder sweep;

    public SlurmSubmissionTests()
    {
        Directory.CreateDirectory(Bin);
        sweep = SweepFolder.Create(folder["my sweep"], new SweepPlan([],
            [new SweepGroup("row", [.. Enumerable.Range(0, 5).Select(seed => new Trial(new JsonObject { ["seed"] = seed }))])]));
    }

    private string Bin => folder["bin"];

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public void Cells_that_are_not_done_become_an_array_job_whose_number_is_kept()
    {
        Complete(1);
        Fake("sbatch", $"printf '%s|' \"$@\" > '{folder["asked"]}'; echo \"$(</dev/stdin)\" > '{folder["script"]}'; echo '123;fast'");
        Submit(0, "--throttle", "2", "--cpus", "3").Output.Should().Contain("job 123: 4 of 5 trials, array 0,2-4 (1 done)");

        File.ReadAllText(folder["asked"]).Should().Be("--parsable|");
        File.ReadAllText(folder["script"]).Should().Be(File.ReadAllText(folder["my sweep/slurm/job.sh"]));
        File.ReadAllText(folder["my sweep/slurm/job.sh"]).Should()
            .Contain("#SBATCH --array=0,2-4%2\n").And.Contain("#SBATCH --cpus-per-task=3\n").And
            .Contain($"PaperTables.dll' 'sweep' 'run' '{folder["my sweep"]}' --index auto ");
        Directory.Exists(folder["my sweep/slurm/logs"]).Should().BeTrue();
        SubmittedJob job = SubmittedJob.ReadAll(sweep.Path).Should().ContainSingle().Which;
        (job.Id, job.Cluster, job.Array).Should().Be((123, "fast", "0,2-4"));
    }

    [Trait("Category", "Slow")]
    [LinuxFact]
    public void Cells_in_the_queue_are_not_submitted_twice_and_lost_ones_are()
    {
        Submitted("0-4");
        Complete(0);
        Fail(3);
        Fake("squeue", "echo '7 1 RUNNING 0 None'; echo '7 2 PENDING 0 Priority'");
        Fake("sbatch", "echo 8");
        Submit(0).Output.Should().Contain("array 4 (1 done, 1 failed, 1 running, 1 pending)");
        Fake("squeue", "echo '7 1 RUNNING 0 None'; echo '7 2 PENDING 0 Priority'; echo '8 4 PENDING 0 Priority'");
        Submit(0).Output.Should().Contain("nothing to submit: of 5 trials, 1 done, 1 failed, 1 running, 2 pending; --retry-failed");
        Submit(0, "--retry-failed").Output.Should().Contain("array 3 ");
        File.ReadAllText(folder["my sweep/slurm/job.sh"]).Should().Contain(" --retry-failed &");
    }

    [LinuxFact]
    public void Nothing_is_submitted_while_it_is_not_known_what_the_queue_has()
    {
        Submitted("0-4");
        Fake("sbatch", "echo 8");
        Fake("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");
        Submit(2).Error.Should().Contain("Unable to contact slurm controller").And.Contain("Try again later");
        SubmittedJob.ReadAll(sweep.Path).Should().ContainSingle();
    }

    [LinuxFact]
    public void A_job_that_Slurm_has_forgotten_is_over()
    {
        Submitted("0-4");
        Fake("sbatch", "echo 8");
        Fake("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
        Submit(0).Output.Should().Contain("job 8: 5 of 5 trials");
    }

    [Fact]
    public void A_dry_run_prints_the_script_and_leaves_the_folder_as_it_is()
    {
        Submit(0, "--dry-run", "--time", "01:00:00", "--sbatch-option=--qos=long", "--sbatch-option=--nice").Output.Should()
            .StartWith("#!/bin/bash\n").And.Contain("#SBATCH --array=0-4\n").And.Contain("#SBATCH --qos=long\n#SBATCH --nice\n");
        Directory.Exists(folder["my sweep/slurm"]).Should().BeFalse();
    }

    [Fact]
    public void Without_sbatch_the_message_says_where_to_go()
    {
        Submit(2).Error.Should().Contain("There is no sbatch in PATH; run this on a login node").And.NotContain("   at ");
        SubmittedJob.ReadAll(sweep.Path).Should().BeEmpty();
    }

    [LinuxFact]
    public void A_refusal_is_shown_in_Slurm_s_words()
    {
        Fake("sbatch", "echo 'sbatch: error: invalid partition specified: nope' >&2; exit 1");
        Submit(2, "--partition", "nope").Error.Should().Contain("invalid partition specified: nope").And.Contain("job.sh");
        SubmittedJob.ReadAll(sweep.Path).Should().BeEmpty();
    }

    /// <summary>Whoever shares the folder could have changed the file before sbatch reads it.</summary>
    [LinuxFact]
    public void What_is_submitted_is_what_was_written_whatever_stands_in_the_folder()
    {
        Fake("sbatch", $"echo evil > '{folder["my sweep/slurm/job.sh"]}'; echo \"$(</dev/stdin)\" > '{folder["script"]}'; echo 8");
        Submit(0).Output.Should().Contain("job 8: 5 of 5 trials");
        File.ReadAllText(folder["script"]).Should().StartWith("#!/bin/bash\n# Written by 'sweep submit'.").And.NotContain("evil");
    }

    [LinuxTheory]
    [InlineData("/nowhere")]
    [InlineData("")]
    [InlineData(".:relative::")]
    public void Programs_in_the_folder_of_the_data_or_in_a_relative_folder_of_PATH_are_not_started(string path)
    {
        Submitted("0-4");
        Directory.CreateDirectory(folder["my sweep/relative"]);
        foreach (string program in new[] { "squeue", "sacct", "sbatch", "relative/squeue" })
            Executable(folder["my sweep/" + program], $"echo started > '{folder["evil"]}'; echo '7 1 RUNNING 0 None'");
        foreach (string command in new[] { "status", "submit" })
            PaperTablesProcess.RunFinding(path, ["sweep", command, ".", .. command == "submit" ? ["--slurm"] : Array.Empty<string>()],
                sweep.Path).Should().Match<(int Code, string Output, string Error)>(
                r => (r.Output + r.Error).Contains("there is no squeue here"));
        File.Exists(folder["evil"]).Should().BeFalse();
    }

    [LinuxTheory]
    [InlineData("slurm")]
    [InlineData("slurm/job.sh")]
    [InlineData("slurm/jobs.jsonl")]
    [InlineData("slurm/logs")]
    public void Nothing_is_written_through_a_link_in_the_folder(string name)
    {
        folder.Write("outside/authorized_keys", "ssh-ed25519 mine"u8.ToArray());
        Directory.CreateDirectory(Path.GetDirectoryName(folder["my sweep/" + name])!);
        File.CreateSymbolicLink(folder["my sweep/" + name], folder[Path.HasExtension(name) ? "outside/authorized_keys" : "outside"]);
        Fake("sbatch", $"echo started > '{folder["evil"]}'; echo 8");
        Submit(2).Error.Should().Contain($"{name}' is a symbolic link to").And.NotContain("ssh-ed25519");
        File.ReadAllText(folder["outside/authorized_keys"]).Should().Be("ssh-ed25519 mine");
        Directory.GetFileSystemEntries(folder["outside"]).Should().ContainSingle();
        File.Exists(folder["evil"]).Should().BeFalse();
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_folder_without_a_sweep_and_bad_options_end_with_code_2()
    {
        Run("submit", Bin, "--slurm")
            .Should().Match<(int Code, string Output, string Error)>(r => r.Code == 2 && r.Error.Contains("holds no sweep"));
        Submit(2, "--grace", "-1", "--cpus", "0").Error.Should().Contain("--grace is -1").And.Contain("--cpus is 0");
        Run("submit", sweep.Path).Should().Match<(int Code, string Output, string Error)>(r => r.Code == 2 && r.Error.Contains("--slurm"));
    }

    [LinuxFact]
    public void Status_adds_what_the_queue_knows_and_how_lost_tasks_ended()
    {
        Submitted("0-4");
        Complete(0);
        Fake("squeue", "echo '7 1 RUNNING 2 None'; echo '7 2 PENDING 1 BeginTime'; echo '7 3 PENDING 0 Priority'");
        Fake("sacct", "echo '7_4|TIMEOUT|0:15'");
        string output = Run("status", sweep.Path).Output;
        output.Should().Contain("with Slurm: 1 done, 1 running, 1 requeued, 1 pending, 1 lost")
            .And.MatchRegex(@"1  running      row, seed \d, \w+  \(task 7_1, RUNNING, restart 2\)")
            .And.MatchRegex(@"2  requeued     row, seed \d, \w+  \(task 7_2, PENDING: BeginTime, restart 1\)")
            .And.MatchRegex(@"4  lost         row, seed \d, \w+  \(TIMEOUT, exit code 0:15; log: .*my sweep/slurm/logs/7_4.log\)");
        File.Delete(Path.Combine(Bin, "squeue"));
        Run("status", sweep.Path).Output.Should()
            .Contain("Slurm's queue is not known: there is no squeue here").And.Contain("1 done, 4 open");
    }

    private static (int Code, string Output, string Error) RunIn(string path, params string[] arguments) =>
        PaperTablesProcess.RunFinding(path, arguments);

    private (int Code, string Output, string Error) Run(params string[] arguments) => RunIn(Bin, ["sweep", .. arguments]);

    private (int Code, string Output, string Error) Submit(int code, params string[] arguments)
    {
        var result = Run(["submit", sweep.Path, "--slurm", .. arguments]);
        result.Code.Should().Be(code, result.Output + result.Error);
        return result;
    }

    private void Submitted(string array)
    {
        Directory.CreateDirectory(folder["my sweep/slurm"]);
        new SubmittedJob(7, null, DateTimeOffset.UtcNow, array).AppendTo(sweep.Path);
    }

    private void Complete(int index)
    {
        using TrialLease lease = sweep.TryLease(sweep.Plan.Trials[index])!;
        lease.Complete([]);
    }

    private void Fail(int index)
    {
        using TrialLease lease = sweep.TryLease(sweep.Plan.Trials[index])!;
        lease.Fail("message", "log");
    }

    private void Fake(string program, string script) => Executable(Path.Combine(Bin, program), script);

    private static void Executable(string file, string script)
    {
        File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
        Process.Start("chmod", ["+x", file]).WaitForExit();
    }
}
