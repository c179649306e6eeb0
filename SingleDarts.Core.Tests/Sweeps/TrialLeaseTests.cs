using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

public class TrialLeaseTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public void Of_many_threads_one_takes_each_cell()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(40));
        var taken = new ConcurrentBag<TrialLease>();
        using var gate = new Barrier(16);
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() =>
        {
            gate.SignalAndWait();
            foreach (Trial trial in sweep.Plan.Trials)
                if (sweep.TryLease(trial) is { } lease)
                    taken.Add(lease);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        taken.Select(lease => lease.Trial).Should().BeEquivalentTo(sweep.Plan.Trials);
        foreach (TrialLease lease in taken)
            lease.Dispose();
    }

    [Fact]
    public void A_lease_that_was_never_written_holds_a_trial_for_seconds_only()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Trial trial = sweep.Plan.Trials[0];
        string empty = folder[$"leases/{trial.Hash}.1.json"];
        File.WriteAllText(empty, "");
        sweep.TryLease(trial).Should().BeNull("its process may be about to write it");
        File.SetLastWriteTimeUtc(empty, DateTime.UtcNow.AddSeconds(-10));
        using TrialLease? lease = sweep.TryLease(trial);
        lease!.Attempt.Should().Be(2);
    }

    /// <summary>All judge the same attempt void at the same time; the next number is one file.</summary>
    [Fact]
    public void Of_many_threads_one_takes_over_each_void_lease()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        for (int round = 1; round <= 30; round++)
        {
            var taken = new ConcurrentBag<TrialLease>();
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                if (sweep.TryLease(sweep.Plan.Trials[0]) is { } lease)
                    taken.Add(lease);
            });
            taken.Should().ContainSingle().Which.Attempt.Should().Be(round);
            taken.Single().Dispose();
        }
    }

    [Fact]
    public void A_lease_given_up_is_resumed_and_one_that_ended_is_not()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(3));
        var (given, done, failed) = (sweep.Plan.Trials[0], sweep.Plan.Trials[1], sweep.Plan.Trials[2]);
        using (TrialLease lease = sweep.TryLease(given)!)
            sweep.StatusOf(0).State.Should().Be(TrialState.Running);
        sweep.StatusOf(0).State.Should().Be(TrialState.Interrupted);
        sweep.TryLease(done)!.Complete([]);
        sweep.TryLease(failed)!.Fail("out of luck", "log");
        sweep.Status().Trials.Select(c => c.State).Should().Equal(TrialState.Interrupted, TrialState.Done, TrialState.Failed);
        sweep.StatusOf(2).Message.Should().Be("out of luck");
        sweep.TryLease(done).Should().BeNull();
        sweep.TryLease(done, retryFailed: true).Should().BeNull();
        sweep.TryLease(failed).Should().BeNull();
        using (TrialLease? again = sweep.TryLease(failed, retryFailed: true))
        {
            again!.Attempt.Should().Be(2);
            again.Complete([]);
        }
        File.Exists(sweep.FailureFile(failed)).Should().BeFalse();
        sweep.StatusOf(2).State.Should().Be(TrialState.Done);
    }

    [Fact]
    public void A_lease_of_another_machine_holds_while_it_beats_and_is_taken_over_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        string file = Lease(sweep, folder, owner => owner["host"] = "elsewhere");
        sweep.TryLease(sweep.Plan.Trials[0]).Should().BeNull();
        sweep.StatusOf(0).Owner.Should().StartWith("elsewhere");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(59));
        sweep.TryLease(sweep.Plan.Trials[0]).Should().BeNull();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(61));
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
        lease!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_lease_of_a_process_that_ended_on_this_machine_is_taken_over_at_once()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        using Process ended = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        ended.WaitForExit();
        Lease(sweep, folder, owner => owner["process"] = ended.Id);
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
        lease!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_lease_of_a_process_whose_number_another_has_now_is_taken_over_at_once()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Lease(sweep, folder, owner => owner["processStarted"] = DateTime.UtcNow - TimeSpan.FromDays(1));
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
        lease!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_lease_cut_off_while_it_was_made_holds_until_it_is_old()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        string file = folder[$"leases/{sweep.Plan.Trials[0]}.1.json"];
        File.WriteAllText(file, "");
        sweep.TryLease(sweep.Plan.Trials[0]).Should().BeNull();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(6));
        sweep.TryLease(sweep.Plan.Trials[0])!.Dispose();
    }

    [Fact]
    public void A_heartbeat_moves_the_lease_and_says_when_it_was_lost()
    {
        using var folder = new TemporaryFolder();
        SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        SweepFolder sweep = SweepFolder.Open(folder.Path, TimeSpan.FromSeconds(1));
        using TrialLease lease = sweep.TryLease(sweep.Plan.Trials[0])!;
        string file = folder[$"leases/{lease.Trial}.1.json"], next = folder[$"leases/{lease.Trial}.2.json"];
        string content = File.ReadAllText(file);
        DateTime before = File.GetLastWriteTimeUtc(file);
        SpinWait.SpinUntil(() => File.GetLastWriteTimeUtc(file) > before, TimeSpan.FromSeconds(20)).Should().BeTrue();
        File.ReadAllText(file).Should().Be(content);
        lease.Lost.IsCancellationRequested.Should().BeFalse();

        File.Copy(file, next);
        lease.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)).Should().BeTrue();
        lease.Invoking(c => c.Complete([])).Should().Throw<IOException>().WithMessage("*was taken by*");
        lease.Invoking(c => c.Fail("", "")).Should().Throw<IOException>().WithMessage("*was taken by*");
        Directory.GetFiles(folder["done"]).Concat(Directory.GetFiles(folder["failed"])).Should().BeEmpty();
    }

    [Fact]
    public void Giving_up_changes_no_length()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        TrialLease lease = sweep.TryLease(sweep.Plan.Trials[0])!;
        string file = folder[$"leases/{lease.Trial}.1.json"];
        long length = new FileInfo(file).Length;
        lease.Dispose();
        new FileInfo(file).Length.Should().Be(length);
        File.ReadAllText(file).Should().Contain("\"state\":\"free\"");
    }

    /// <summary>Attempt 1 of the only trial, held, with an owner that is another in one thing.</summary>
    private static string Lease(SweepFolder sweep, TemporaryFolder folder, Action<JsonObject> change)
    {
        SweepFolder patient = SweepFolder.Open(sweep.Path, Long);
        patient.TryLease(sweep.Plan.Trials[0])!.Dispose();
        string file = folder[$"leases/{sweep.Plan.Trials[0]}.1.json"];
        JsonObject owner = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        owner["state"] = "held";
        change(owner);
        File.WriteAllText(file, owner.ToJsonString());
        return file;
    }
}
