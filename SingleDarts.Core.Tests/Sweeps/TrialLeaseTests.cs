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
            foreach (Trial cell in sweep.Plan.Cells)
                if (sweep.TryClaim(cell) is { } claim)
                    taken.Add(claim);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        taken.Select(claim => claim.Cell).Should().BeEquivalentTo(sweep.Plan.Cells);
        foreach (TrialLease claim in taken)
            claim.Dispose();
    }

    [Fact]
    public void A_claim_that_was_never_written_holds_a_cell_for_seconds_only()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Trial cell = sweep.Plan.Cells[0];
        string empty = folder[$"claims/{cell.Hash}.1.json"];
        File.WriteAllText(empty, "");
        sweep.TryClaim(cell).Should().BeNull("its process may be about to write it");
        File.SetLastWriteTimeUtc(empty, DateTime.UtcNow.AddSeconds(-10));
        using TrialLease? claim = sweep.TryClaim(cell);
        claim!.Attempt.Should().Be(2);
    }

    /// <summary>All judge the same attempt void at the same time; the next number is one file.</summary>
    [Fact]
    public void Of_many_threads_one_takes_over_each_void_claim()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        for (int round = 1; round <= 30; round++)
        {
            var taken = new ConcurrentBag<TrialLease>();
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                if (sweep.TryClaim(sweep.Plan.Cells[0]) is { } claim)
                    taken.Add(claim);
            });
            taken.Should().ContainSingle().Which.Attempt.Should().Be(round);
            taken.Single().Dispose();
        }
    }

    [Fact]
    public void A_claim_given_up_is_gone_on_with_and_one_that_ended_is_not()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(3));
        var (given, done, failed) = (sweep.Plan.Cells[0], sweep.Plan.Cells[1], sweep.Plan.Cells[2]);
        using (TrialLease claim = sweep.TryClaim(given)!)
            sweep.StatusOf(0).State.Should().Be(TrialState.Running);
        sweep.StatusOf(0).State.Should().Be(TrialState.Interrupted);
        sweep.TryClaim(done)!.Complete([]);
        sweep.TryClaim(failed)!.Fail("out of luck", "log");
        sweep.Status().Cells.Select(c => c.State).Should().Equal(TrialState.Interrupted, TrialState.Done, TrialState.Failed);
        sweep.StatusOf(2).Message.Should().Be("out of luck");
        sweep.TryClaim(done).Should().BeNull();
        sweep.TryClaim(done, retryFailed: true).Should().BeNull();
        sweep.TryClaim(failed).Should().BeNull();
        using (TrialLease? again = sweep.TryClaim(failed, retryFailed: true))
        {
            again!.Attempt.Should().Be(2);
            again.Complete([]);
        }
        File.Exists(sweep.FailureFile(failed)).Should().BeFalse();
        sweep.StatusOf(2).State.Should().Be(TrialState.Done);
    }

    [Fact]
    public void A_claim_of_another_machine_holds_while_it_beats_and_is_taken_over_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        string file = Claim(sweep, folder, owner => owner["host"] = "elsewhere");
        sweep.TryClaim(sweep.Plan.Cells[0]).Should().BeNull();
        sweep.StatusOf(0).Owner.Should().StartWith("elsewhere");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(59));
        sweep.TryClaim(sweep.Plan.Cells[0]).Should().BeNull();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(61));
        using TrialLease? claim = sweep.TryClaim(sweep.Plan.Cells[0]);
        claim!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_claim_of_a_process_that_ended_on_this_machine_is_taken_over_at_once()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        using Process ended = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        ended.WaitForExit();
        Claim(sweep, folder, owner => owner["process"] = ended.Id);
        using TrialLease? claim = sweep.TryClaim(sweep.Plan.Cells[0]);
        claim!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_claim_of_a_process_whose_number_another_has_now_is_taken_over_at_once()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Claim(sweep, folder, owner => owner["processStarted"] = DateTime.UtcNow - TimeSpan.FromDays(1));
        using TrialLease? claim = sweep.TryClaim(sweep.Plan.Cells[0]);
        claim!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_claim_cut_off_while_it_was_made_holds_until_it_is_old()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        string file = folder[$"claims/{sweep.Plan.Cells[0]}.1.json"];
        File.WriteAllText(file, "");
        sweep.TryClaim(sweep.Plan.Cells[0]).Should().BeNull();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromMinutes(6));
        sweep.TryClaim(sweep.Plan.Cells[0])!.Dispose();
    }

    [Fact]
    public void A_heartbeat_moves_the_claim_and_says_when_it_was_lost()
    {
        using var folder = new TemporaryFolder();
        SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        SweepFolder sweep = SweepFolder.Open(folder.Path, TimeSpan.FromSeconds(1));
        using TrialLease claim = sweep.TryClaim(sweep.Plan.Cells[0])!;
        string file = folder[$"claims/{claim.Cell}.1.json"], next = folder[$"claims/{claim.Cell}.2.json"];
        string content = File.ReadAllText(file);
        DateTime before = File.GetLastWriteTimeUtc(file);
        SpinWait.SpinUntil(() => File.GetLastWriteTimeUtc(file) > before, TimeSpan.FromSeconds(20)).Should().BeTrue();
        File.ReadAllText(file).Should().Be(content);
        claim.Lost.IsCancellationRequested.Should().BeFalse();

        File.Copy(file, next);
        claim.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)).Should().BeTrue();
        claim.Invoking(c => c.Complete([])).Should().Throw<IOException>().WithMessage("*was taken by*");
        claim.Invoking(c => c.Fail("", "")).Should().Throw<IOException>().WithMessage("*was taken by*");
        Directory.GetFiles(folder["done"]).Concat(Directory.GetFiles(folder["failed"])).Should().BeEmpty();
    }

    [Fact]
    public void Giving_up_changes_no_length()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        TrialLease claim = sweep.TryClaim(sweep.Plan.Cells[0])!;
        string file = folder[$"claims/{claim.Cell}.1.json"];
        long length = new FileInfo(file).Length;
        claim.Dispose();
        new FileInfo(file).Length.Should().Be(length);
        File.ReadAllText(file).Should().Contain("\"state\":\"free\"");
    }

    /// <summary>Attempt 1 of the only cell, held, with an owner that is another in one thing.</summary>
    private static string Claim(SweepFolder sweep, TemporaryFolder folder, Action<JsonObject> change)
    {
        SweepFolder patient = SweepFolder.Open(sweep.Path, Long);
        patient.TryClaim(sweep.Plan.Cells[0])!.Dispose();
        string file = folder[$"claims/{sweep.Plan.Cells[0]}.1.json"];
        JsonObject owner = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        owner["state"] = "held";
        change(owner);
        File.WriteAllText(file, owner.ToJsonString());
        return file;
    }
}
