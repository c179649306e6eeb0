using System.Diagnostics;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

public class SweepRunnerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Every_cell_runs_once_in_the_order_of_the_plan_and_never_again()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(5));
        var ran = new List<Trial>();
        var runner = new SweepRunner(sweep, (context, token) =>
        {
            ran.Add(context.Trial);
            return FakeSweep.RunAsync(context, Short, token);
        });
        (await runner.RunAsync()).ToString().Should().Be("5 trials: 5 done");
        (await runner.RunAsync()).IsComplete.Should().BeTrue();
        (await runner.RunAsync(sweep.Plan.Trials[3])).Should().Be(TrialOutcome.Done);
        ran.Should().Equal(sweep.Plan.Trials);
        foreach (Trial trial in sweep.Plan.Trials)
            sweep.ReadResult(trial)!["sum"]!.GetValue<long>().Should().Be(FakeSweep.Sum(trial));
    }

    [Fact]
    public async Task A_cell_that_fails_is_reported_with_its_log_and_stops_no_other_and_is_retried_only_when_asked()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(4));
        bool breaks = true;
        int runs = 0;
        Task<JsonObject> Run(TrialContext context, CancellationToken token)
        {
            runs++;
            context.Log.WriteLine($"trial {FakeSweep.Number(context.Trial)} begins");
            return breaks && FakeSweep.Number(context.Trial) == 1 ? throw new InvalidOperationException("no luck")
                : FakeSweep.RunAsync(context, Short, token);
        }
        SweepStatus status = await new SweepRunner(sweep, Run).RunAsync();
        status.ToString().Should().Be("4 trials: 3 done, 1 failed");
        status.Trials[1].Message.Should().Be("no luck");
        File.ReadAllText(sweep.FailureLog(sweep.Plan.Trials[1])).Should()
            .Contain("trial 1 begins").And.Contain("InvalidOperationException").And.Contain("   at ");

        breaks = false;
        (await new SweepRunner(sweep, Run).RunAsync()).Count(TrialState.Failed).Should().Be(1);
        (await new SweepRunner(sweep, Run) { RetryFailed = true }.RunAsync()).IsComplete.Should().BeTrue();
        runs.Should().Be(5);
    }

    [Fact]
    public async Task A_cancelled_cell_goes_on_where_it_stopped()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(2, steps: 50));
        using var stop = new CancellationTokenSource();
        var runner = new SweepRunner(sweep, (context, token) =>
        {
            stop.CancelAfter(200);
            return FakeSweep.RunAsync(context, TimeSpan.FromMilliseconds(20), token);
        });
        await runner.Invoking(r => r.RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        sweep.Status().ToString().Should().Be("2 trials: 1 interrupted, 1 open");
        int steps = File.ReadAllLines(sweep.RunLog(sweep.Plan.Trials[0])).Length;
        (await new SweepRunner(sweep, (context, token) => FakeSweep.RunAsync(context, Short, token)).RunAsync()).IsComplete.Should()
            .BeTrue();
        steps.Should().BeInRange(1, 49);
        File.ReadAllLines(sweep.RunLog(sweep.Plan.Trials[0])).Should().HaveCount(50, "no step is done twice");
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        (await new SweepRunner(sweep, (_, _) => throw new OperationCanceledException("timed out")).RunAsync(sweep.Plan.Trials[0])).Should()
            .Be(TrialOutcome.Failed);
    }

    [LinuxFact]
    public async Task A_full_disk_fails_the_cell_with_its_message()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(2));
        SweepStatus status = await new SweepRunner(sweep, async (context, token) =>
        {
            if (FakeSweep.Number(context.Trial) == 0)
                await File.WriteAllTextAsync("/dev/full", "a checkpoint", token);
            return await FakeSweep.RunAsync(context, Short, token);
        }).RunAsync();
        status.ToString().Should().Be("2 trials: 1 done, 1 failed");
        status.Trials[0].Message.Should().Contain("No space left on device");
    }

    /// <summary>A folder in the place of the file: it cannot be written, as on a full disk.</summary>
    [Theory]
    [InlineData("done", true)]
    [InlineData("failed", false)]
    public async Task Where_the_end_of_a_cell_cannot_be_written_nothing_is_left_half_written_and_it_can_be_tried_again(
        string part, bool succeeds)
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Trial trial = sweep.Plan.Trials[0];
        string obstacle = folder[$"{part}/{trial}.{(succeeds ? "json" : "log")}"];
        Directory.CreateDirectory(obstacle);
        var runner = new SweepRunner(sweep, (context, token) => succeeds ? FakeSweep.RunAsync(context, Short, token)
            : throw new InvalidOperationException("no luck"));
        if (succeeds)
            (await runner.RunAsync(trial)).Should().Be(TrialOutcome.Failed);
        else
            (await runner.Invoking(r => r.RunAsync(trial)).Should().ThrowAsync<IOException>()).Which.Message.Should()
                .Contain("no luck").And.Contain("could not be recorded");
        File.Exists(sweep.ResultFile(trial)).Should().BeFalse();
        sweep.StatusOf(0).State.Should().Be(succeeds ? TrialState.Failed : TrialState.Interrupted);

        Directory.Delete(obstacle);
        (await new SweepRunner(sweep, (context, token) => FakeSweep.RunAsync(context, Short, token)) {
            RetryFailed = true }.RunAsync()).IsComplete.Should().BeTrue();
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Several_processes_share_the_cells_and_none_is_run_by_two()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(30, steps: 2));
        Process[] processes = [.. Enumerable.Range(0, 3).Select(i => FakeSweep.Start(folder.Path, i % 2 == 0 ? "forwards" : "backwards"))];
        Array.ForEach(processes, process => process.WaitForExit());
        processes.Select(process => process.ExitCode).Should().AllBeEquivalentTo(0);
        sweep.Status().ToString().Should().Be("30 trials: 30 done");
        // A lease may be taken and given up at once, because another process has just ended the trial; that is an attempt, but runs
        // nothing.
        sweep.Plan.Trials.Select(trial => File.ReadAllText(Path.Combine(sweep.RunFolder(trial), "begun"))).Should()
            .AllBeEquivalentTo("once\n");
        sweep.Status().Trials.Select(trial => trial.Owner).Distinct().Should().HaveCountGreaterThan(1);
    }

    [LinuxFact]
    [Trait("Category", "Slow")]
    public void Processes_that_are_killed_at_any_moment_leave_a_sweep_that_ends_as_the_undisturbed_one()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(60, steps: 12));
        var random = new Random(1);
        Process[] processes = [.. Enumerable.Range(0, 3).Select(i => FakeSweep.Start(folder.Path, i == 0 ? "backwards" : "forwards"))];
        var written = new Dictionary<string, DateTime>();
        for (int kills = 0; kills < 15 && !sweep.Status().IsComplete; kills++)
        {
            Thread.Sleep(random.Next(300, 1200));
            int victim = random.Next(processes.Length);
            processes[victim].Kill();
            processes[victim].WaitForExit();
            processes[victim] = FakeSweep.Start(folder.Path, random.Next(2) == 0 ? "backwards" : "forwards");
            foreach (string file in Directory.GetFiles(folder["done"], "*.json"))
                written.TryAdd(file, File.GetLastWriteTimeUtc(file));
        }
        Array.ForEach(processes, process => process.WaitForExit());
        for (int again = 0; again < 20 && !sweep.Status().IsComplete; again++)
        {
            FakeSweep.Start(folder.Path, "forwards").WaitForExit();
            // A lease that a kill left unwritten is void after some seconds.
            if (!sweep.Status().IsComplete)
                Thread.Sleep(1000);
        }

        sweep.Status().Trials.Where(trial => trial.State != TrialState.Done).Should().BeEmpty();
        sweep.Status().Trials.Max(trial => trial.Attempts).Should().BeGreaterThan(1, "some were killed");
        foreach (Trial trial in sweep.Plan.Trials)
            sweep.ReadResult(trial)!.ToJsonString().Should().Be($"{{\"sum\":{FakeSweep.Sum(trial)}}}");
        foreach (var (file, time) in written)
            File.GetLastWriteTimeUtc(file).Should().Be(time, "a finished trial is not run again");
    }
}
