using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>What <c>sweep collect</c> and <c>sweep draw</c> say of results.</summary>
public sealed class SweepReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Trait("Category", "Slow")]
    [Fact]
    public void Reports_hold_the_paper_against_the_results_and_leave_empty_what_was_not_run()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "3", "--table", Table(), "--data-name",
            "JPEG_CIFAR-10, \"small\" & 50% | #1");
        // Accuracy of trial i is i / 200: 0, 1 and 5 for single-level, 0 and 0 for the same subset, none for bi-level.
        foreach (var (trial, index) in new[] { (2, 0), (5, 200), (8, 1000), (1, 0), (4, 0) })
            Finish(sweep, sweep.Plan.Trials[trial], index);

        string[][] rows = [.. Collect(sweep, "csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(Fields)];
        rows[0].Should().Equal("table", "row", "metric", "paper", "ours", "difference", "s", "seeds", "skips of 6", "minutes",
            "device", "data");
        rows.Should().HaveCount(10).And.OnlyContain(row => row.Length == 12);
        rows[1][1..].Should().Equal("bi-level", "Cifar10Test", "61.88 ± 10.72", "", "", "", "0 of 3", "", "", "", "");
        rows[4][1..8].Should().Equal("same subset", "Cifar10Test", "84.34 ± 0.02", "0.00", "-84.34", "0.00", "2 of 3");
        // Mean 2, squared deviations 4, 1 and 9.
        rows[7][1..].Should().Equal("same subset, same batch", "Cifar10Test", "94.27 ± 0.13", "2.00", "-92.27", Math.Sqrt(7)
            .ToString("F2", CultureInfo.InvariantCulture), "3 of 3",
            "0 1 1", "1.5", "cpu", "JPEG_CIFAR-10, \"small\" & 50% | #1");

        string text = Collect(sweep, "text");
        text.Should()
            .Contain("Does 'same subset, same batch' beat 'same subset' on CIFAR-10 test? Yes: 2.00 against 0.00, a difference of +2.00, " +
            $"which is more than its standard error of {Math.Sqrt(7.0 / 3).ToString("F2", CultureInfo.InvariantCulture)} (3 and 2 seeds).");
        text.Should().Contain("Does 'same subset' beat 'bi-level' on CIFAR-10 test? Not known: no result of 'bi-level'.");
        text.Should().Contain("Does 'bi-level' collapse to skip connections? Not known: no result.");
        text.Should()
            .Contain(
            "Does 'same subset, same batch' collapse to skip connections? No: 0 of 3 genotypes have a skip connection on all 6 edges; " +
        "by seed 0 1 1. After each epoch: 0 of 3 genotypes, 0.67 of 6 edges on average.");

        Collect(sweep, "markdown").Should().Contain(@"| JPEG\_CIFAR-10, ""small"" &amp; 50% \| \#1 |").And.Contain("\n| --- | --- |");
        Collect(sweep, "latex").Should()
            .Contain(@"& JPEG\_CIFAR-10, ""small"" \& 50\% \textbar{} \#1 \\").And.Contain(@"61.88 $\pm$ 10.72").And.Contain(@"$\alpha$");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Rows_that_are_only_printed_are_marked_and_the_misprint_of_Table_5_is_named()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table1", "table5", "--seeds", "1");
        string report = Collect(sweep, "markdown");
        report.Should().NotContain("CDARTS (paper only)").And.Contain(
            "| Optimal (paper only) | Cifar10Test | 94.37 |")
            .And.Contain("| DARTS, lr 0.025 | Cifar10Validation | 39.77 ± 0.00 |").And.Contain("| DARTS, lr 0.025 | Cifar100Test |  |")
            .And.Contain("they are validation and test on CIFAR-10").And.Contain("Is DARTS steady? Not known: 0 of 7 rows have results.")
            .And.Contain("No table of NAS-Bench-201 was given");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Steadiness_is_the_range_over_the_rows_of_a_method()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table5", "--seeds", "1", "--table", Table());
        Trial steep = sweep.Plan.Groups.Single(group => group.Name == "table5/DARTS, lr 0.001").Trials[0];
        foreach (Trial trial in sweep.Plan.Trials)
            Finish(sweep, trial, trial.Equals(steep) ? 1000 : 200);
        Collect(sweep, "text").Should().Contain("Is DARTS steady? Over 7 rows its CIFAR-10 test ranges from 1.00 to 5.00, by 4.00.")
            .And.Contain("Is Single-DARTS steady? Over 8 rows its CIFAR-10 test ranges from 1.00 to 1.00, by 0.00.")
            .And.Contain("The steadier of the two is Single-DARTS.");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Figure_1_has_the_mean_accuracy_after_each_epoch()
    {
        SweepFolder sweep = Plan(folder["sweep"], "figure1", "--seeds", "2", "--table", Table());
        Finish(sweep, sweep.Plan.Trials[1], 0, 400);
        Finish(sweep, sweep.Plan.Trials[3], 200, 400);
        Collect(sweep, "csv").Split("\r\n").Should().ContainInOrder(
            "Figure 1: accuracy of the genotype after each epoch,Single-DARTS,1,0.50,0.71,2 of 2",
            "Figure 1: accuracy of the genotype after each epoch,Single-DARTS,2,2.00,0.00,2 of 2");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Drawings_have_mean_smallest_and_largest_over_seeds_after_each_epoch_and_rows_of_the_same_searches_once()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "table5", "--seeds", "2", "--table", Table());
        string convolutionOnly = NasBench201Genotypes.AllSkip.ToString().Replace("skip_connect", "nor_conv_3x3", StringComparison.Ordinal);
        int allSkip = NasBench201Genotypes.IndexOf(NasBench201Genotypes.AllSkip),
            convolutions = NasBench201Genotypes.IndexOf(Genotype.Parse(convolutionOnly));
        IReadOnlyList<Trial> bi = sweep.Plan.Groups.Single(group => group.Name == "table4/bi-level").Trials;
        Finish(sweep, bi[0], allSkip, convolutions);
        Finish(sweep, bi[1], allSkip, allSkip);

        var (code, output, error) = Run(["sweep", "draw", sweep.Path, "--out", folder["figures"], .. Named()]);
        code.Should().Be(0, error);
        output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(12).And.OnlyContain(file => File.Exists(file));
        File.ReadAllLines(folder["figures/table4-skips.csv"]).Should().Equal("scheme,panel,line,epoch,mean,min,max,runs",
            ",Table 4: subset and batch of α,bi-level,1,6,6,6,2", ",Table 4: subset and batch of α,bi-level,2,3,0,6,2");
        double low = Math.Min(allSkip, convolutions) / 200.0, high = Math.Max(allSkip, convolutions) / 200.0;
        File.ReadAllLines(folder["figures/table5-accuracy.csv"]).Should()
            .HaveCount(3, "three rows of DARTS name these searches").And.EndWith(
            string.Create(CultureInfo.InvariantCulture, $",DARTS,lr 0.005,2,{(low + high) / 2:R},{low:R},{high:R},2"));
        Finish(sweep, sweep.Plan.Groups.Single(group => group.Name == "table4/same subset, same batch").Trials[0], allSkip);
        Run(["sweep", "draw", sweep.Path, "--out", folder["figures"], .. Named()]).Code.Should().Be(0);
        File.ReadAllLines(folder["figures/table4-skips.csv"]).Should()
            .EndWith(",Table 4: subset and batch of α,\"same subset, same batch\",1,6,6,6,1");
        Collect(sweep, "text").Should().Contain("Partly: 1 of 2 genotypes have a skip connection on all 6 edges; by seed 0 6. " +
            "After each epoch: 3 of 4 genotypes, 4.50 of 6 edges on average.");
    }

    [Fact]
    public void Nothing_is_drawn_where_nothing_is_done()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1");
        var (code, _, error) = Run(["sweep", "draw", sweep.Path, "--out", folder["figures"], .. Named()]);
        code.Should().Be(2);
        error.Should().Contain("no search of").And.NotContain("   at ");
    }

    [Fact]
    public void A_factor_multiplies_the_rates_of_Tables_4_and_5_and_no_others_and_the_report_says_so()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table1", "table4", "table5", "--scale", "paper", "--seeds", "1", "--rate-factor", "5");
        double Rate(string group, string name) =>
            sweep.Plan.Groups.Single(g => g.Name == group).Trials[0].Options[name]!.GetValue<double>();
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

    [Trait("Category", "Slow")]
    [Fact]
    public void Results_of_data_that_changed_between_two_trials_are_not_collected_or_drawn_together()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "2");
        Trial[] trials = [.. sweep.Plan.Groups.Single(group => group.Name == "table4/same subset").Trials];
        Finish(sweep, trials[0], "01", 0);
        Collect(sweep, "text");
        Finish(sweep, trials[1], "02", 0);
        foreach (string command in new[] { "collect", "draw" })
        {
            var (code, _, error) = Run("sweep", command, sweep.Path);
            code.Should().Be(2);
            error.Should().Contain("generated changed while the sweep ran").And.Contain(trials[0].Hash).And.Contain(trials[1].Hash);
        }
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Results_that_cannot_be_read_count_as_open_and_say_how_to_run_them_again()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "2");
        Trial[] trials = [.. sweep.Plan.Groups.Single(group => group.Name == "table4/same subset").Trials];
        Finish(sweep, trials[0], 0);
        File.WriteAllText(sweep.ResultFile(trials[0]), "{ half");
        sweep.TryLease(trials[1])!.Complete(new JsonObject { ["genotype"] = "|none~0|" });
        string report = Collect(sweep, "text");
        report.Should().Contain("0 of 2").And.Contain($"Counts as open: {sweep.ResultFile(trials[0])} cannot be read")
            .And.Contain($"Counts as open: {sweep.ResultFile(trials[1])} cannot be read").And.Contain("Delete it, then sweep run");
        var (code, output, _) = Run("sweep", "status", sweep.Path);
        code.Should().Be(0);
        output.Should().Contain("counts as open").And.Contain("runs the trial again");
    }

    private string Collect(SweepFolder sweep, string format)
    {
        var (code, output, error) = Run(["sweep", "collect", sweep.Path, "--format", format, .. Named()]);
        code.Should().Be(0, error);
        return output;
    }

    /// <summary>A result as a search writes it, with the genotypes of these numbers after its epochs.</summary>
    private static void Finish(SweepFolder sweep, Trial trial, params int[] genotypes) => Finish(sweep, trial, null, genotypes);

    private static void Finish(SweepFolder sweep, Trial trial, string? dataHash, params int[] genotypes) =>
        sweep.TryLease(trial)!.Complete(new JsonObject
    {
        ["genotype"] = NasBench201Genotypes.FromIndex(genotypes[^1]).ToString(),
        ["genotypes"] = new JsonArray([.. genotypes.Select(index => (JsonNode)NasBench201Genotypes.FromIndex(index).ToString())]),
        ["seconds"] = 90.0,
        ["device"] = "cpu",
        ["data"] = "generated",
        ["dataSha256"] = dataHash,
    });

    /// <summary>The table lies outside the sweep folder, so it is named again.</summary>
    private string[] Named() => File.Exists(folder["table.csv"]) ? ["--table", folder["table.csv"]] : [];

    private string Table()
    {
        string file = folder["table.csv"];
        File.WriteAllLines(file, NasBench201Genotypes.EnumerateAll()
            .Select((genotype, i) => string.Create(
                CultureInfo.InvariantCulture, $"{i},{genotype},{Accuracy(i, 400, 10)},{Accuracy(i, 200, 10)},{Accuracy(i, 300, 1)}," +
                $"{Accuracy(i, 350, 1)},{Accuracy(i, 500, 0.8333)},{Accuracy(i, 450, 0.8333)}"))
            .Prepend("index,arch,cifar10_valid,cifar10_test,cifar100_valid,cifar100_test,imagenet16_valid,imagenet16_test"));
        return file;
    }

    /// <summary>The number of a cell over a divisor; but for the two that are used, those that do not see the input bring their mean to
    /// chance, as the columns must have it.</summary>
    private static double Accuracy(int index, double divisor, double chance) =>
        NasBench201Genotypes.IsValid(NasBench201Genotypes.FromIndex(index)) || index is 0 or 1000 ? index / divisor
        : ((341 * chance) - (1000 / divisor)) / 339;

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
