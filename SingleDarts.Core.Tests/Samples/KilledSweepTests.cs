using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>Real searches of generated images, interrupted in every way that a machine knows.</summary>
[Trait("Category", "Slow")]
public class KilledSweepTests
{
    private const int Seeds = 7, Kills = 12;

    [LinuxFact]
    public void Runners_killed_at_random_moments_leave_the_results_of_the_undisturbed_sweep_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        SweepFolder whole = Plan(folder["whole"]), cut = Plan(folder["cut"]);
        cut.Plan.Trials.Should().HaveCount(3 * Seeds);
        Run("sweep", "run", whole.Path, "--workers", "2").Code.Should().Be(0);

        var random = new Random(3);
        string[] run = ["sweep", "run", cut.Path, "--stale-after", "10"];
        Process[] runners = [Start(run), Start(run)];
        var written = new Dictionary<string, DateTime>();
        for (int kill = 0; kill < Kills && !cut.Status().IsComplete; kill++)
        {
            Thread.Sleep(random.Next(1000, 4000));
            int victim = random.Next(runners.Length);
            int[] workers = [.. cut.Status().Trials.Where(trial => trial is { State: TrialState.Running, Owner: not null }).Select(Worker)];
            if (workers.Length > 0 && random.Next(2) == 0)
                Kill(workers[random.Next(workers.Length)]);
            runners[victim].Kill();
            End(runners[victim]);
            runners[victim] = Start(run);
            foreach (string file in Directory.GetFiles(folder["cut/done"], "*.json"))
                written.TryAdd(file, File.GetLastWriteTimeUtc(file));
        }
        Array.ForEach(runners, End);
        for (int again = 0; again < 3 && !cut.Status().IsComplete; again++)
            Run([.. run, "--workers", "2"]);

        cut.Status().ToString().Should().Be($"{3 * Seeds} trials: {3 * Seeds} done");
        cut.Status().Trials.Max(trial => trial.Attempts).Should().BeGreaterThan(1, "some were killed");
        foreach (Trial trial in whole.Plan.Trials)
            Result(cut, trial).Should().Be(Result(whole, trial));
        foreach (var (file, time) in written)
            File.GetLastWriteTimeUtc(file).Should().Be(time, "a finished trial is not run again");
    }

    [LinuxFact]
    public void Sigterm_stops_all_workers_with_a_checkpoint_and_ends_with_143()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = Plan(folder["sweep"]);
        using Process runner = Start(["sweep", "run", sweep.Path, "--workers", "2"]);
        SpinWait.SpinUntil(() => sweep.Plan.Trials.Count(trial =>
            Directory.Exists(Path.Combine(sweep.RunFolder(trial), "checkpoint"))) >= 2, TimeSpan.FromMinutes(2))
            .Should().BeTrue();
        Process.Start("kill", ["-TERM", runner.Id.ToString()]).WaitForExit();
        string output = runner.StandardOutput.ReadToEnd(), error = runner.StandardError.ReadToEnd();
        runner.WaitForExit();
        runner.ExitCode.Should().Be(143, output + error);
        error.Should().NotContain("   at ");
        SweepStatus status = sweep.Status();
        (status.Count(TrialState.Running) + status.Count(TrialState.Failed)).Should().Be(0, "workers end before their parent");
        (status.Count(TrialState.Interrupted) + status.Count(TrialState.Done)).Should().BeGreaterThanOrEqualTo(2);
    }

    [LinuxFact]
    public void A_process_that_is_killed_again_and_again_is_given_up_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = Plan(folder["sweep"], seeds: 1);
        using Process runner = Start(["sweep", "run", sweep.Path]);
        var killed = new HashSet<int>();
        while (!runner.HasExited && killed.Count < 3)
            if (sweep.StatusOf(0) is { State: TrialState.Running, Owner: not null } first && killed.Add(Worker(first)))
                Kill(Worker(first));
        string output = runner.StandardOutput.ReadToEnd(), error = runner.StandardError.ReadToEnd();
        runner.WaitForExit();
        runner.ExitCode.Should().Be(1, output + error);
        error.Should().Contain("ended with code 137, 3 times");
        sweep.Status().ToString().Should().Be("3 trials: 2 done, 1 failed");
    }

    private static int Worker(TrialStatus trial) => int.Parse(Regex.Match(trial.Owner!, @"\d+$").Value);

    private static SweepFolder Plan(string path, int seeds = Seeds) => PaperTablesProcess.Plan(path, "table4", "--seeds", $"{seeds}");

    private static string Result(SweepFolder sweep, Trial trial)
    {
        JsonObject result = sweep.ReadResult(trial)!;
        result.Remove("seconds").Should().BeTrue();
        return result.ToJsonString();
    }

    private static void Kill(int process)
    {
        using Process kill = Process.Start(new ProcessStartInfo("kill", ["-KILL", process.ToString()]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    private static void End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        error.Wait();
        process.WaitForExit();
        process.Dispose();
    }
}
