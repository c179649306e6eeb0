using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using SingleDarts.Core.Tests.Sweeps;
using static SingleDarts.Core.Tests.Samples.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Plans_have_the_settings_of_the_paper_and_tables_share_cells()
    {
        SweepFolder sweep = Plan("table1", "table4", "table5", "figure1", "--scale", "paper", "--seeds", "1");
        JsonObject Options(string group) => sweep.Plan.Groups.Single(g => g.Name == group).Cells.Should().ContainSingle().Subject.Options;

        sweep.Plan.Cells.Should().HaveCount(13,
            "3 rows of Table 1, 3 of Table 4, and 11 different ones of Table 5, of which 2 are in Table 4 and those with Adam in Table 1; none of Figure 1 is new");
        JsonNode.DeepEquals(Options("table1/Single-DARTS"), JsonNode.Parse("""
            {
              "space": "nasbench201", "channels": 16, "cells": 5, "layers": 8, "epochs": 50, "batchSize": 64, "scheme": "single-level", "portion": 1,
              "relaxation": "sigmoid", "initialProbability": 0.125, "learningRate": 0.005, "minimumLearningRate": 0, "weightDecay": 0.0003,
              "weightOptimizer": "sgd", "nesterov": false, "clip": 5, "alphaOptimizer": "adam", "alphaLearningRate": 0.0003, "alphaWeightDecay": 0,
              "data": "generated", "samples": null, "imageSize": null, "seed": 0, "device": "cpu", "threads": null, "execution": "Merged",
              "diagnose": false, "diagnoseInterval": 50, "hessian": false
            }
            """)).Should().BeTrue(Options("table1/Single-DARTS").ToJsonString());
        Options("figure1/DARTS").ToJsonString().Should().Be(Options("table1/DARTS").ToJsonString());
        Options("table5/Single-DARTS, Adam").ToJsonString().Should().Be(Options("table1/Single-DARTS").ToJsonString());
        Options("table5/DARTS, lr 0.005").ToJsonString().Should().Be(Options("table4/bi-level").ToJsonString());
        JsonObject steep = Options("table5/DARTS, lr 0.025");
        steep.ToJsonString().Should().Contain("\"scheme\":\"bi-level\"").And.Contain("\"relaxation\":\"softmax\"").And.Contain("\"alphaOptimizer\":\"sgd\"")
            .And.Contain("\"learningRate\":0.025").And.Contain("\"alphaLearningRate\":0.025");
        Options("table5/Single-DARTS, sigmoid, α = 0")["initialProbability"]!.GetValue<double>().Should().Be(0.5);
        Options("table5/DARTS, Adam").ToJsonString().Should().Contain("\"alphaOptimizer\":\"adam\"").And.Contain("\"weightOptimizer\":\"sgd\"");
    }

    [Fact]
    public void What_the_paper_leaves_open_is_an_option_of_every_cell()
    {
        SweepFolder sweep = Plan("table5", "--seeds", "2", "--nesterov", "--clip", "0", "--alpha-weight-decay", "0.001", "--single-level-images", "half", "--adam-rows", "both", "--device", "cuda");
        sweep.Plan.Cells.Should().HaveCount(22);
        foreach (SweepCell cell in sweep.Plan.Cells)
            cell.Options.ToJsonString().Should().Contain("\"nesterov\":true").And.Contain("\"clip\":null").And.Contain("\"alphaWeightDecay\":0.001")
                .And.Contain("\"portion\":0.5").And.Contain("\"device\":\"cuda\"");
        sweep.Plan.Groups.Single(g => g.Name == "table5/DARTS, Adam").Cells[0].Options.ToJsonString().Should()
            .Contain("\"weightOptimizer\":\"adam\"").And.Contain("\"learningRate\":0.0003");
    }

    [Fact]
    public void A_factor_multiplies_the_rates_of_Tables_4_and_5_and_no_others_and_the_report_says_so()
    {
        SweepFolder sweep = Plan("table1", "table4", "table5", "--scale", "paper", "--seeds", "1", "--rate-factor", "5");
        double Rate(string group, string name) => sweep.Plan.Groups.Single(g => g.Name == group).Cells[0].Options[name]!.GetValue<double>();
        Rate("table4/bi-level", "learningRate").Should().BeApproximately(0.025, 1e-12);
        Rate("table4/bi-level", "alphaLearningRate").Should().BeApproximately(0.025, 1e-12);
        Rate("table5/Single-DARTS, lr 0.001", "alphaLearningRate").Should().BeApproximately(0.005, 1e-12);
        Rate("table5/DARTS, Adam", "learningRate").Should().BeApproximately(0.025, 1e-12);
        Rate("table5/DARTS, Adam", "alphaLearningRate").Should().BeApproximately(0.0015, 1e-12);
        Rate("table1/DARTS", "learningRate").Should().Be(0.005);
        string[] reports = Collect(sweep, "text").Split("Table ");
        reports[1].Should().StartWith("1:").And.NotContain("5 times");
        reports[2].Should().StartWith("4:").And.Contain("5 times those that the rows name");
    }

    [Theory]
    [InlineData("'table2'; there are table1, table4, table5, figure1", "plan", "table2", "--out", "{0}/new")]
    [InlineData("holds a sweep", "plan", "table1", "--out", "{0}/sweep")]
    [InlineData("/no/table.csv", "plan", "table1", "--table", "/no/table.csv", "--out", "{0}/new")]
    [InlineData("/no/data", "plan", "table1", "--data", "/no/data", "--out", "{0}/new")]
    [InlineData("--seeds is 0", "plan", "table1", "--seeds", "0", "--out", "{0}/new")]
    [InlineData("--rate-factor is 0", "plan", "table4", "--rate-factor", "0", "--out", "{0}/new")]
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
    public void An_edited_cell_is_refused_before_anything_runs()
    {
        SweepFolder sweep = Plan("table4", "--seeds", "1");
        string file = folder[$"sweep/cells/{sweep.Plan.Cells[1]}.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("0.005", "0.05", StringComparison.Ordinal));
        var (code, _, error) = Run("sweep", "run", sweep.Path);
        code.Should().Be(2);
        error.Should().Contain($"{file} was edited").And.Contain("plan another sweep");
        Directory.GetFiles(folder["sweep/claims"]).Should().BeEmpty();
    }

    [Fact]
    public void A_diagnosed_sweep_keeps_the_records_of_every_search_and_figures_are_drawn_from_its_run_folders()
    {
        SweepFolder sweep = Plan("table4", "--seeds", "1", "--diagnose", "--diagnose-interval", "7");
        Run("sweep", "run", sweep.Path, "--index", "0").Code.Should().Be(0);
        Run("sweep", "run", sweep.Path, "--index", "2").Code.Should().Be(0);
        string[] runs = [sweep.RunFolder(sweep.Plan.Cells[0]), sweep.RunFolder(sweep.Plan.Cells[2])];
        // 20 steps of 32 images in each of 3 epochs, so steps 0, 7, 14, then 21, 28, 35, then 42, 49, 56.
        File.ReadLines(Path.Combine(runs[1], "diagnostics", "operation-gradients.jsonl")).Select(line => JsonNode.Parse(line)!["measurements"]!.GetValue<int>())
            .Should().Equal(3, 3, 3);
        var (code, output, error) = Run("figure", "3", "--bi-level", runs[0], "--single-level", runs[1], "--out", folder["figures"]);
        code.Should().Be(0, output + error);
        File.Exists(folder["figures/figure-3.svg"]).Should().BeTrue();
    }

    [Fact]
    public void An_array_job_runs_the_cell_of_its_number_and_no_other()
    {
        SweepFolder sweep = Plan("table4", "--seeds", "1");
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
        sweep.Status().Cells.Select(cell => cell.State).Should().Equal(CellState.Open, CellState.Open, CellState.Done);
        sweep.ReadResult(sweep.Plan.Cells[2])!["genotypes"]!.AsArray().Should().HaveCount(3);
    }

    /// <summary>One has lost its checkpoint, one finds the disk full when it saves its first; the third is as it should be.</summary>
    [LinuxFact]
    [Trait("Category", "Slow")]
    public void Cells_that_fail_end_the_sweep_with_1_and_are_named_and_the_others_are_done()
    {
        SweepFolder sweep = Plan("table4", "--seeds", "1");
        string vanished = sweep.RunFolder(sweep.Plan.Cells[0]), full = sweep.RunFolder(sweep.Plan.Cells[1]);
        Directory.CreateDirectory(vanished);
        File.WriteAllText(Path.Combine(vanished, "options.json"), "{}");
        File.WriteAllText(Path.Combine(vanished, "epochs.jsonl"), "{}\n{}\n");
        Directory.CreateDirectory(Path.Combine(full, "checkpoint"));
        File.CreateSymbolicLink(Path.Combine(full, "checkpoint", "new.tmp"), "/dev/full");

        var (code, output, error) = Run("sweep", "run", sweep.Path, "--workers", "2");
        code.Should().Be(1, output + error);
        error.Should().Contain("has 2 epochs, but there is no checkpoint").And.Contain("No space left on device").And.Contain(sweep.FailureLog(sweep.Plan.Cells[1]));
        sweep.Status().ToString().Should().Be("3 cells: 1 done, 2 failed");
        File.ReadAllText(sweep.FailureLog(sweep.Plan.Cells[1])).Should().Contain("No space left on device");

        var (again, status, _) = Run("sweep", "status", sweep.Path);
        again.Should().Be(1);
        status.Should().StartWith("3 cells: 1 done, 2 failed").And.Contain("table4/bi-level, seed 0").And.Contain("table4/same subset, seed 0");

        Directory.Delete(vanished, recursive: true);
        Directory.Delete(full, recursive: true);
        Run("sweep", "run", sweep.Path, "--workers", "2").Code.Should().Be(1, "they are retried only when asked");
        Run("sweep", "run", sweep.Path, "--workers", "2", "--retry-failed").Code.Should().Be(0);
    }

    [Fact]
    public void Reports_hold_the_paper_against_the_results_and_leave_empty_what_was_not_run()
    {
        SweepFolder sweep = Plan("table4", "--seeds", "3", "--table", Table(), "--data-name", "JPEG_CIFAR-10, \"small\" & 50% | #1");
        // Accuracy of cell i is i / 200: 0, 1 and 5 for single-level, 0 and 0 for the same subset, none for bi-level.
        foreach (var (cell, index) in new[] { (2, 0), (5, 200), (8, 1000), (1, 0), (4, 0) })
            Finish(sweep, sweep.Plan.Cells[cell], index);

        string[][] rows = [.. Collect(sweep, "csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(Fields)];
        rows[0].Should().Equal("table", "row", "metric", "paper", "ours", "difference", "s", "seeds", "skips of 6", "minutes", "device", "data");
        rows.Should().HaveCount(10).And.OnlyContain(row => row.Length == 12);
        rows[1][1..].Should().Equal("bi-level", "Cifar10Test", "61.88 ± 10.72", "", "", "", "0 of 3", "", "", "", "");
        rows[4][1..8].Should().Equal("same subset", "Cifar10Test", "84.34 ± 0.02", "0.00", "-84.34", "0.00", "2 of 3");
        // Mean 2, squared deviations 4, 1 and 9.
        rows[7][1..].Should().Equal("same subset, same batch", "Cifar10Test", "94.27 ± 0.13", "2.00", "-92.27", Math.Sqrt(7).ToString("F2", CultureInfo.InvariantCulture), "3 of 3",
            "6 0 1", "1.5", "cpu", "JPEG_CIFAR-10, \"small\" & 50% | #1");

        string text = Collect(sweep, "text");
        text.Should().Contain("Does 'same subset, same batch' beat 'same subset' on CIFAR-10 test? Yes: 2.00 against 0.00, a difference of +2.00, " +
            $"which is more than its standard error of {Math.Sqrt(7.0 / 3).ToString("F2", CultureInfo.InvariantCulture)} (3 and 2 seeds).");
        text.Should().Contain("Does 'same subset' beat 'bi-level' on CIFAR-10 test? Not known: no result of 'bi-level'.");
        text.Should().Contain("Does 'bi-level' collapse to skip connections? Not known: no result.");
        text.Should().Contain("Does 'same subset, same batch' collapse to skip connections? Partly: 1 of 3 genotypes have a skip connection on all 6 edges; by seed 6 0 1.");

        Collect(sweep, "markdown").Should().Contain(@"| JPEG\_CIFAR-10, ""small"" &amp; 50% \| \#1 |").And.Contain("\n| --- | --- |");
        Collect(sweep, "latex").Should().Contain(@"& JPEG\_CIFAR-10, ""small"" \& 50\% \textbar{} \#1 \\").And.Contain(@"61.88 $\pm$ 10.72").And.Contain(@"$\alpha$");
    }

    [Fact]
    public void Rows_that_are_only_printed_are_marked_and_the_misprint_of_Table_5_is_named()
    {
        SweepFolder sweep = Plan("table1", "table5", "--seeds", "1");
        string report = Collect(sweep, "markdown");
        report.Should().Contain("| GDAS (paper only) | Cifar10Test | 93.51 ± 0.13 |  |").And.Contain("| Optimal (paper only) | Cifar10Test | 94.37 |")
            .And.Contain("| DARTS, lr 0.025 | Cifar10Validation | 39.77 ± 0.00 |").And.Contain("| DARTS, lr 0.025 | Cifar100Test |  |")
            .And.Contain("they are validation and test on CIFAR-10").And.Contain("Is DARTS steady? Not known: 0 of 7 rows have results.")
            .And.Contain("No table of NAS-Bench-201 was given");
    }

    [Fact]
    public void Steadiness_is_the_range_over_the_rows_of_a_method()
    {
        SweepFolder sweep = Plan("table5", "--seeds", "1", "--table", Table());
        SweepCell steep = sweep.Plan.Groups.Single(group => group.Name == "table5/DARTS, lr 0.001").Cells[0];
        foreach (SweepCell cell in sweep.Plan.Cells)
            Finish(sweep, cell, cell.Equals(steep) ? 1000 : 200);
        Collect(sweep, "text").Should().Contain("Is DARTS steady? Over 7 rows its CIFAR-10 test ranges from 1.00 to 5.00, by 4.00.")
            .And.Contain("Is Single-DARTS steady? Over 8 rows its CIFAR-10 test ranges from 1.00 to 1.00, by 0.00.")
            .And.Contain("The steadier of the two is Single-DARTS.");
    }

    [Fact]
    public void Figure_1_has_the_mean_accuracy_after_each_epoch()
    {
        SweepFolder sweep = Plan("figure1", "--seeds", "2", "--table", Table());
        Finish(sweep, sweep.Plan.Cells[1], 0, 400);
        Finish(sweep, sweep.Plan.Cells[3], 200, 400);
        Collect(sweep, "csv").Split("\r\n").Should().ContainInOrder(
            "Figure 1: accuracy of the genotype after each epoch,Single-DARTS,1,0.50,0.71,2 of 2",
            "Figure 1: accuracy of the genotype after each epoch,Single-DARTS,2,2.00,0.00,2 of 2");
    }

    private SweepFolder Plan(params string[] arguments)
    {
        var (code, output, error) = Run(["sweep", "plan", .. arguments, "--out", folder["sweep"]]);
        code.Should().Be(0, output + error);
        return SweepFolder.Open(folder["sweep"]);
    }

    private static string Collect(SweepFolder sweep, string format)
    {
        var (code, output, error) = Run("sweep", "collect", sweep.Path, "--format", format);
        code.Should().Be(0, error);
        return output;
    }

    /// <summary>A result as a search writes it, with the genotypes of these numbers after its epochs.</summary>
    private static void Finish(SweepFolder sweep, SweepCell cell, params int[] genotypes) => sweep.TryClaim(cell)!.Complete(new JsonObject
    {
        ["genotype"] = NasBench201Genotypes.FromIndex(genotypes[^1]).ToString(),
        ["genotypes"] = new JsonArray([.. genotypes.Select(index => (JsonNode)NasBench201Genotypes.FromIndex(index).ToString())]),
        ["skips"] = genotypes[^1] == 0 ? 6 : genotypes[^1] / 1000,
        ["seconds"] = 90.0,
        ["device"] = "cpu",
        ["data"] = "generated",
    });

    private string Table()
    {
        string file = folder["table.csv"];
        File.WriteAllLines(file, NasBench201Genotypes.EnumerateAll()
            .Select((genotype, i) => string.Create(CultureInfo.InvariantCulture, $"{i},{genotype},{i / 400.0},{i / 200.0},{i / 300.0},{i / 350.0},{i / 500.0},{i / 450.0}"))
            .Prepend("index,arch,cifar10_valid,cifar10_test,cifar100_valid,cifar100_test,imagenet16_valid,imagenet16_test"));
        return file;
    }

    /// <summary>The fields of a line of RFC 4180.</summary>
    private static string[] Fields(string line)
    {
        var fields = new List<string> { "" };
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                fields[^1] += line[i++];
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
                fields.Add("");
            else
                fields[^1] += line[i];
        }
        return [.. fields];
    }
}
