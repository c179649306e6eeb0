using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Plans_have_the_settings_of_the_paper_and_tables_share_trials()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table1", "table4", "table5", "figure1", "--scale", "paper", "--seeds", "1");
        JsonObject Options(string group) => sweep.Plan.Groups.Single(g => g.Name == group).Trials.Should().ContainSingle().Subject.Options;

        sweep.Plan.Trials.Should().HaveCount(19,
            "9 rows of Table 1, 3 of Table 4, and 11 different ones of Table 5, of which 2 are in Table 4 and those with Adam in Table " +
            "1; none of Figure 1 is new");
        JsonNode.DeepEquals(Options("table1/Single-DARTS"), JsonNode.Parse("""
            {
              "method": "single-darts", "space": "nasbench201", "channels": 16, "cells": 5, "layers": 8, "epochs": 50, "batchSize": 64, "scheme": "single-level", "portion": 1,
              "relaxation": "sigmoid", "initialProbability": 0.125, "learningRate": 0.005, "minimumLearningRate": 0, "weightDecay": 0.0003,
              "weightOptimizer": "sgd", "nesterov": false, "clip": 5, "alphaOptimizer": "adam", "alphaLearningRate": 0.0003, "alphaWeightDecay": 0,
              "data": "generated", "samples": null, "imageSize": null, "seed": 0, "device": "cpu", "threads": null, "execution": "Merged",
              "cost": null, "costWeight": null, "costLimit": null, "dropPath": null, "cutout": null, "diagnose": false, "diagnoseInterval": 50, "hessian": false
            }
            """)).Should().BeTrue(Options("table1/Single-DARTS").ToJsonString());
        Options("figure1/DARTS").ToJsonString().Should().Be(Options("table1/DARTS").ToJsonString());
        Options("table5/Single-DARTS, Adam").ToJsonString().Should().Be(Options("table1/Single-DARTS").ToJsonString());
        Options("table5/DARTS, lr 0.005").ToJsonString().Should().Be(Options("table4/bi-level").ToJsonString());
        JsonObject steep = Options("table5/DARTS, lr 0.025");
        steep.ToJsonString().Should().Contain("\"scheme\":\"bi-level\"").And.Contain("\"relaxation\":\"softmax\"").And.Contain(
            "\"alphaOptimizer\":\"sgd\"")
            .And.Contain("\"learningRate\":0.025").And.Contain("\"alphaLearningRate\":0.025");
        Options("table5/Single-DARTS, sigmoid, α = 0")["initialProbability"]!.GetValue<double>().Should().Be(0.5);
        foreach (var (row, method) in new[]
        {
            ("RSPS", "rsps"), ("GDAS", "gdas"), ("SETN", "setn"), ("ENAS", "enas"), ("CDARTS", "cdarts"),
            ("DARTS-", "darts-minus"),
        })
            Options($"table1/{row}").ToJsonString().Should().Contain($"\"method\":\"{method}\"").And
                .Contain("\"epochs\":null").And.Contain("\"learningRate\":null", "at the paper's scale all is as published");
        Options("table5/DARTS, Adam").ToJsonString().Should()
            .Contain("\"alphaOptimizer\":\"adam\"").And.Contain("\"weightOptimizer\":\"sgd\"");
    }

    /// <summary>Options of a method that a row does not say are null in a trial.</summary>
    [Trait("Category", "Slow")]
    [Fact]
    public void Every_searched_row_of_Table_1_runs_at_the_smallest_scale()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table1", "--seeds", "1", "--epochs", "1", "--samples", "128");
        for (int trial = 0; trial < sweep.Plan.Trials.Count; trial++)
        {
            var (code, output, error) = Run("sweep", "run", sweep.Path, "--index", $"{trial}");
            code.Should().Be(0, $"{sweep.Plan.Groups[trial].Name}: {output}{error}");
        }
        sweep.Plan.Groups.Select(group => group.Name).Should().Contain(["table1/RSPS", "table1/GDAS", "table1/SETN", "table1/ENAS",
            "table1/CDARTS", "table1/DARTS-", "table1/DARTS", "table1/Single-DARTS"]);
    }

    [Fact]
    public void Methods_of_other_lengths_have_equal_passes_or_their_published_ratio()
    {
        int[] Epochs(string name, params string[] options)
        {
            SweepFolder sweep = Plan(folder[name], ["table1", "--scale", "cpu", "--seeds", "1", .. options]);
            return [.. new[] { "RSPS", "ENAS", "DARTS-", "Single-DARTS" }.Select(row =>
                sweep.Plan.Groups.Single(g => g.Name == $"table1/{row}").Trials[0].Options["epochs"]!.GetValue<int>())];
        }
        Epochs("equal").Should().Equal(8, 8, 8, 8);
        Epochs("ratio", "--published-ratio").Should().Equal(40, 40, 8, 8);
        Epochs("given", "--published-ratio", "--epochs", "3").Should().Equal(15, 15, 3, 3);
    }

    [Fact]
    public void What_the_paper_leaves_open_is_an_option_of_every_trial()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table5", "--seeds", "2", "--nesterov", "--clip", "0", "--alpha-weight-decay", "0.001",
            "--portion", "0.5", "--variant", "adam-moves-weights", "--device", "cuda");
        sweep.Plan.Trials.Should().HaveCount(22);
        foreach (Trial trial in sweep.Plan.Trials)
            trial.Options.ToJsonString().Should()
                .Contain("\"nesterov\":true").And.Contain("\"clip\":0,").And.Contain("\"alphaWeightDecay\":0.001")
                .And.Contain("\"portion\":0.5").And.Contain("\"device\":\"cuda\"");
        sweep.Plan.Groups.Single(g => g.Name == "table5/DARTS, Adam").Trials[0].Options.ToJsonString().Should()
            .Contain("\"weightOptimizer\":\"adam\"").And.Contain("\"learningRate\":0.0003");
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("'table2'; there are figure1, figures, table1, table4, table5", "plan", "table2", "--out", "{0}/new")]
    [InlineData("holds a sweep", "plan", "table1", "--out", "{0}/sweep")]
    [InlineData("/no/table.csv", "plan", "table1", "--table", "/no/table.csv", "--out", "{0}/new")]
    [InlineData("/no/data", "plan", "table1", "--data", "/no/data", "--out", "{0}/new")]
    [InlineData("--seeds is 0", "plan", "table1", "--seeds", "0", "--out", "{0}/new")]
    [InlineData("--rate-factor is 0", "plan", "table4", "--rate-factor", "0", "--out", "{0}/new")]
    [InlineData("--diagnose-interval is 0", "plan", "table4", "--diagnose", "--diagnose-interval", "0", "--out", "{0}/new")]
    [InlineData("no scale 'huge'; table4 has smoke, cpu, paper", "plan", "table4", "--scale", "huge", "--out", "{0}/new")]
    [InlineData("'scheme' is given, but the rows of table4 say it", "plan", "table4", "--scheme", "bi-level", "--out", "{0}/new")]
    [InlineData("--variant is 'none'; the rows have adam-moves-weights", "plan", "table5", "--variant", "none", "--out", "{0}/new")]
    [InlineData("give --out <folder>", "plan", "table4")]
    [InlineData("no sweep", "run", "{0}")]
    [InlineData("expected 0 to 2, or auto", "run", "{0}/sweep", "--index", "3")]
    [InlineData("expected 0 to 2, or auto", "run", "{0}/sweep", "--index", "-1")]
    [InlineData("SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX", "run", "{0}/sweep", "--index", "auto")]
    [InlineData("--workers is 0", "run", "{0}/sweep", "--workers", "0")]
    [InlineData("no sweep", "collect", "{0}")]
    [InlineData("/no/table.csv", "collect", "{0}/sweep", "--table", "/no/table.csv")]
    [InlineData("Argument 'pdf' not recognized", "collect", "{0}/sweep", "--format", "pdf")]
    public void Bad_input_ends_with_code_2_and_a_message_without_a_stack_trace(string message, params string[] arguments)
    {
        SweepFolder.Create(folder["sweep"], FakeSweep.Plan(3));
        var (code, output, error) = Run(["sweep", .. arguments.Select(a => a.Replace("{0}", folder.Path, StringComparison.Ordinal))]);
        code.Should().Be(2, output + error);
        error.Should().Contain(message).And.NotContain("   at ");
        Directory.Exists(folder["new"]).Should().BeFalse();
    }

    [Fact]
    public void An_edited_trial_is_refused_before_anything_runs()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1");
        string file = folder[$"sweep/trials/{sweep.Plan.Trials[1]}.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("0.005", "0.05", StringComparison.Ordinal));
        var (code, _, error) = Run("sweep", "run", sweep.Path);
        code.Should().Be(2);
        error.Should().Contain($"{file} was edited").And.Contain("plan another sweep");
        Directory.GetFiles(folder["sweep/leases"]).Should().BeEmpty();
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_diagnosed_sweep_keeps_the_records_of_every_search_and_figures_are_drawn_from_its_run_folders()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1", "--diagnose", "--diagnose-interval", "7");
        Run("sweep", "run", sweep.Path, "--index", "0").Code.Should().Be(0);
        Run("sweep", "run", sweep.Path, "--index", "2").Code.Should().Be(0);
        string[] runs = [sweep.RunFolder(sweep.Plan.Trials[0]), sweep.RunFolder(sweep.Plan.Trials[2])];
        // 20 steps of 32 images in each of 3 epochs, so steps 0, 7, 14, then 21, 28, 35, then 42, 49, 56.
        File.ReadLines(Path.Combine(runs[1], "diagnostics", "operation-gradients.jsonl"))
            .Select(line => JsonNode.Parse(line)!["measurements"]!.GetValue<int>())
            .Should().Equal(3, 3, 3);
        var (code, output, error) = Run("figure", "3", "--bi-level", runs[0], "--single-level", runs[1], "--out", folder["figures"]);
        code.Should().Be(0, output + error);
        File.Exists(folder["figures/figure-3.svg"]).Should().BeTrue();
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void An_array_job_runs_the_trial_of_its_number_and_no_other()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1");
        Environment.SetEnvironmentVariable("SLURM_ARRAY_TASK_ID", "2");
        try
        {
            var (code, output, error) = Run("sweep", "run", sweep.Path, "--index", "auto");
            code.Should().Be(0, output + error);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLURM_ARRAY_TASK_ID", null);
        }
        sweep.Status().Trials.Select(trial => trial.State).Should().Equal(TrialState.Open, TrialState.Open, TrialState.Done);
        sweep.ReadResult(sweep.Plan.Trials[2])!["genotypes"]!.AsArray().Should().HaveCount(3);
    }

    /// <summary>One has lost its checkpoint, one cannot save its first; the third is as it should be.</summary>
    [LinuxFact]
    [Trait("Category", "Slow")]
    public void Trials_that_fail_end_the_sweep_with_1_and_are_named_and_the_others_are_done()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1");
        string vanished = sweep.RunFolder(sweep.Plan.Trials[0]), full = sweep.RunFolder(sweep.Plan.Trials[1]);
        Directory.CreateDirectory(vanished);
        File.WriteAllText(Path.Combine(vanished, "options.json"), "{}");
        File.WriteAllText(Path.Combine(vanished, "epochs.jsonl"), "{}\n{}\n");
        Directory.CreateDirectory(Path.Combine(full, "checkpoint", "new.safetensors"));

        var (code, output, error) = Run("sweep", "run", sweep.Path, "--workers", "2");
        code.Should().Be(1, output + error);
        error.Should().Contain("has 2 epochs, but there is no checkpoint").And.Contain("The checkpoint cannot be saved").And.Contain(
            sweep.FailureLog(sweep.Plan.Trials[1]));
        sweep.Status().ToString().Should().Be("3 trials: 1 done, 2 failed");
        File.ReadAllText(sweep.FailureLog(sweep.Plan.Trials[1])).Should().Contain("The checkpoint cannot be saved");

        var (again, status, _) = Run("sweep", "status", sweep.Path);
        again.Should().Be(1);
        status.Should().StartWith("3 trials: 1 done, 2 failed").And.Contain("table4/bi-level, seed 0").And.Contain(
            "table4/same subset, seed 0");

        Directory.Delete(vanished, recursive: true);
        Directory.Delete(full, recursive: true);
        Run("sweep", "run", sweep.Path, "--workers", "2").Code.Should().Be(1, "they are retried only when asked");
        Run("sweep", "run", sweep.Path, "--workers", "2", "--retry-failed").Code.Should().Be(0);
    }
}
