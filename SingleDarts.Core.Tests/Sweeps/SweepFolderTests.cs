using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

public class SweepFolderTests
{
    [Fact]
    public void A_plan_is_read_as_it_was_written_and_shared_cells_are_there_once()
    {
        using var folder = new TemporaryFolder();
        Trial[] trials = [.. FakeSweep.Plan(3).Trials];
        var plan = new SweepPlan(
            new JsonObject { ["why"] = "α" }, [new("first", [trials[2], trials[0]]), new("second", [trials[0], trials[1]])]);
        SweepFolder.Create(folder["sweep"], plan);
        SweepPlan read = SweepFolder.Open(folder["sweep"]).Plan;
        read.Trials.Should().Equal(trials[2], trials[0], trials[1]);
        read.Groups.Select(group => group.Name).Should().Equal("first", "second");
        read.Groups[1].Trials.Should().Equal(trials[0], trials[1]);
        read.Definition["why"]!.ToString().Should().Be("α");
        Directory.GetFiles(folder["sweep/trials"]).Should().HaveCount(3);
    }

    [Fact]
    public void The_first_cell_of_every_group_comes_before_the_second_of_any()
    {
        Trial[] trials = [.. FakeSweep.Plan(6).Trials];
        var plan = new SweepPlan(
            [], [new("three", [trials[0], trials[1], trials[2]]), new("none", []), new("two", [trials[3], trials[1]]),
            new("four", [trials[4], trials[0], trials[5]])]);
        plan.Trials.Should().Equal(trials[0], trials[3], trials[4], trials[1], trials[2], trials[5]);
    }

    [Fact]
    public void Edited_and_missing_cells_are_all_named_before_anything_runs()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(4));
        string[] files = [.. sweep.Plan.Trials.Select(trial => folder[$"trials/{trial}.json"])];
        File.WriteAllText(files[0], File.ReadAllText(files[0]).Replace("3", "4", StringComparison.Ordinal));
        File.Delete(files[1]);
        File.WriteAllText(files[2], "{ half");
        FluentActions.Invoking(() => SweepFolder.Open(folder.Path)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain($"{files[0]} was edited").And.Contain($"{files[1]} is missing").And.Contain(
                $"{files[2]} cannot be read").And.NotContain(files[3]);
    }

    [Fact]
    public void A_cell_that_was_only_laid_out_anew_is_the_same()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        File.WriteAllText(folder[$"trials/{sweep.Plan.Trials[0]}.json"], """{"steps":3,   "number":0}""");
        SweepFolder.Open(folder.Path).Plan.Trials.Should().Equal(sweep.Plan.Trials);
    }

    [Fact]
    public void A_folder_with_a_sweep_is_not_planned_again_and_one_without_is_not_opened()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => SweepFolder.Open(folder.Path)).Should().Throw<IOException>().WithMessage("*no sweep*plan one*");
        SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        FluentActions.Invoking(() => SweepFolder.Create(folder.Path, FakeSweep.Plan(2))).Should().Throw<IOException>()
            .WithMessage("*holds a sweep*");
        SweepFolder.Open(folder.Path).Plan.Trials.Should().ContainSingle();
    }

    [Theory]
    [InlineData("""{ "formatVersion": 2, "definition": {}, "groups": { "a": [] } }""", "format version 2")]
    [InlineData("""{ "formatVersion": 1, "definition": {} }""", "no groups")]
    [InlineData("""{ "formatVersion": 1, "definition": {}, "groups": { "a": [1] } }""", "cannot be read")]
    [InlineData("""{ "formatVersion": 1, "definition": {}, "groups": { "a": 1 } }""", "cannot be read")]
    [InlineData("[]", "no JSON object")]
    [InlineData("", "cannot be read")]
    public void A_damaged_sweep_is_refused_with_its_name(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["sweep.json"], content);
        FluentActions.Invoking(() => SweepFolder.Open(folder.Path)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain(folder["sweep.json"]).And.Contain(message);
    }

    [Fact]
    public void Plans_without_cells_or_with_two_groups_of_a_name_are_refused()
    {
        using var folder = new TemporaryFolder();
        SweepGroup group = FakeSweep.Plan(1).Groups[0];
        FluentActions.Invoking(() => SweepFolder.Create(folder["a"], new SweepPlan([], []))).Should().Throw<ArgumentException>()
            .WithMessage("*no trial*");
        FluentActions.Invoking(() => SweepFolder.Create(folder["a"], new SweepPlan([], [group, group]))).Should().Throw<ArgumentException>()
            .WithMessage("*'all'*");
        Directory.Exists(folder["a"]).Should().BeFalse();
    }

    [Fact]
    public void A_result_that_cannot_be_read_counts_as_open_and_is_kept_aside_by_the_next_run()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(1));
        Trial trial = sweep.Plan.Trials[0];
        sweep.TryLease(trial)!.Complete(new JsonObject { ["sum"] = 1 });
        sweep.TryLease(trial).Should().BeNull("the trial is done");
        File.WriteAllText(sweep.ResultFile(trial), "{ half");
        TrialStatus status = sweep.StatusOf(0);
        status.State.Should().NotBe(TrialState.Done);
        status.Message.Should().Contain($"{sweep.ResultFile(trial)} cannot be read").And.Contain("runs the trial again");
        sweep.TryLease(trial)!.Complete(new JsonObject { ["sum"] = 2 });
        sweep.StatusOf(0).State.Should().Be(TrialState.Done);
        sweep.ReadResult(trial)!["sum"]!.GetValue<int>().Should().Be(2);
        File.ReadAllText(sweep.ResultFile(trial) + ".unreadable").Should().Be("{ half");
    }

    [Fact]
    public void A_result_of_other_options_is_refused()
    {
        using var folder = new TemporaryFolder();
        SweepFolder sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(2));
        sweep.TryLease(sweep.Plan.Trials[0])!.Complete(new JsonObject { ["sum"] = 1 });
        sweep.ReadResult(sweep.Plan.Trials[0])!["sum"]!.GetValue<int>().Should().Be(1);
        File.Copy(sweep.ResultFile(sweep.Plan.Trials[0]), sweep.ResultFile(sweep.Plan.Trials[1]));
        sweep.Invoking(s => s.ReadResult(s.Plan.Trials[1])).Should().Throw<InvalidDataException>().WithMessage("*other options*");
    }
}
