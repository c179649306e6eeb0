using System.Globalization;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Spaces;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public sealed class FigureTests(RecordedRuns runs) : IClassFixture<RecordedRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Time_to_collapse_is_that_of_the_closed_example()
    {
        Draw("theorem-4.3", "--operations", "2", "--epsilon", "0.2", "0.1").Should()
            .HaveCount(3).And.Contain(line => line.StartsWith("0.1,133,23.5"));
        File.ReadAllText(folder["theorem-4.3.svg"]).Length.Should().BeGreaterThan(5_000);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("2<-1", 2)]
    [InlineData("3<-2", 5)]
    public void Figure_3_holds_the_recorded_gradients_of_the_edge(string edge, int row)
    {
        double expected = RecordedRun.Open(runs.Benchmark)
            .Records<OperationGradientsRecord>("operation-gradients")[0].Cells[^1].Gradient[row, 3];
        Draw("3", "--single-level", runs.Benchmark, "--edge", edge, "--cell", "3").Should().Contain(string.Create(
            CultureInfo.InvariantCulture, $"single-level,single-level,nor_conv_3x3,1,{expected:R},{expected:R},{expected:R},1"));
    }

    [Fact]
    public void Figure_2_has_the_nodes_that_were_chosen_and_the_same_lines_in_both_pictures()
    {
        string[] lines = Draw("2", "--bi-level", runs.Benchmark, "--single-level", runs.Benchmark, "--nodes", "1", "3");
        lines.Skip(1).Select(line => line.Split(',')[2]).Distinct().Should().Equal("node 1", "node 3");
        new FileInfo(folder["figure-2.png"]).Length.Should().BeGreaterThan(5_000);
    }

    [Fact]
    public void Figure_1_looks_up_the_genotypes_of_a_run_without_records()
    {
        double expected = NasBench201Genotypes.IndexOf(RecordedRun.Open(runs.Stopped).Epochs[0].Genotype) / 200.0;
        Draw("1", "--single-level", runs.Stopped, "--table", runs.Table).Should().Contain(string.Create(
            CultureInfo.InvariantCulture, $"single-level,genotype,accuracy,1,{expected:R},{expected:R},{expected:R},1"));
    }

    [Fact]
    public void Figure_a1_takes_edges_and_operations_from_the_run()
    {
        string run = runs.Changed("diagnostics/operation-probabilities.jsonl", _ =>
            """{"epoch":1,"step":0,"isFinite":true,"operationWeights":{"reduction":[[0,0],[0,0],[0,0],[0.25,0.75],[0,0]],""" +
            "\"normal\":[[1,1],[1,1],[1,1],[1,1],[1,1]]}}\n");
        File.Copy(Path.Combine(runs.Darts, "options.json"), Path.Combine(run, "options.json"), true);
        File.Copy(Path.Combine(runs.Darts, "epochs.jsonl"), Path.Combine(run, "epochs.jsonl"), true);
        Draw("a1", "--bi-level", run, "--kind", "reduction", "--edge", "3<-1").Skip(1).Should().Equal(
            "bi-level,bi-level,hop,0,0.25,0.25,0.25,1", "bi-level,bi-level,conv,0,0.75,0.75,0.75,1");
    }

    [Fact]
    public void Figure_a1_takes_epochs_before_the_first_diagnostic_record_from_their_reports()
    {
        string run = runs.Changed("epochs.jsonl", first => first + first.Replace("\"epoch\":1,", "\"epoch\":2,"));
        double reported = RecordedRun.Open(run).Epochs[0].Architecture["cell"].OperationWeights[5, 3];
        string Line(double time, double p) =>
            string.Create(CultureInfo.InvariantCulture, $"single-level,single-level,nor_conv_3x3,{time:R},{p:R},{p:R},{p:R},1");
        string[] Drawn() => [.. Draw("a1", "--single-level", run).Where(line => line.Contains("nor_conv_3x3"))];
        Drawn().Should().Equal(Line(1, reported), Line(2, reported));

        // As after a resume with --diagnose in the second epoch.
        string edges = string.Join(',', Enumerable.Repeat("[0.125,0.25,0.125,0.375,0.125]", 6));
        Directory.CreateDirectory(Path.Combine(run, "diagnostics"));
        File.WriteAllText(Path.Combine(run, "diagnostics", "operation-probabilities.jsonl"),
            "{\"epoch\":2,\"step\":4,\"isFinite\":true,\"operationWeights\":{\"cell\":[" + edges + "]}}\n");
        Drawn().Should().Equal(Line(1, reported), Line(2, 0.375));
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Bad_input_ends_with_code_2_a_message_and_no_file()
    {
        foreach (var (message, arguments) in new (string, string[])[]
        {
            ("nothing to compare", ["theorem-4.3", "--operations", "1"]),
            ("epsilon", ["theorem-4.3", "--epsilon", "0"]),
            ("epsilon", ["theorem-4.3", "--epsilon", "0.1", "1"]),
            ("learningRate", ["theorem-4.3", "--learning-rate", "0"]),
            ("margin", ["theorem-4.3", "--margin", "-1"]),
            ("nothing to draw", ["2"]),
            ("holds no run", ["2", "--bi-level", runs.Empty]),
            ("holds no run", ["2", "--bi-level", "/nowhere"]),
            ("give --table", ["1", "--single-level", runs.Stopped]),
            ("no epoch yet", ["1", "--single-level", runs.Begun, "--table", runs.Table]),
            ("is no cell of NAS-Bench-201", ["1", "--single-level", runs.Darts, "--table", runs.Table]),
            ("--diagnose", ["2", "--single-level", runs.Stopped]),
            ("--diagnose", ["3", "--single-level", runs.Stopped]),
            ("no epoch yet", ["a1", "--single-level", runs.Begun]),
            ("no record of node 4", ["2", "--single-level", runs.Benchmark, "--nodes", "1", "4"]),
            ("no record of cell 2", ["3", "--single-level", runs.Benchmark, "--cell", "2"]),
            ("no edge '4<-1'", ["3", "--single-level", runs.Benchmark, "--edge", "4<-1"]),
            ("no kind of cell 'normal'", ["a1", "--single-level", runs.Benchmark, "--kind", "normal"]),
            ("give --table", ["1", "--run", "smoke", "--runs", folder["runs"]]),
            ("no scale 'huge'; figures has smoke, cpu", ["2", "--run", "huge"]),
            ("/no/data", ["2", "--run", "smoke", "--data", "/no/data", "--runs", folder["runs"]]),
        })
        {
            var (code, output, error) = Run(["figure", .. arguments, "--out", folder["none"]]);
            code.Should().Be(2, string.Join(' ', arguments) + output + error);
            error.Should().Contain(message).And.NotContain("   at ");
        }
        Directory.Exists(folder["none"]).Should().BeFalse();
        Directory.Exists(folder["runs"]).Should().BeFalse();
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("\"name\": \"generated images (seed 1)\"", "\"name\": \"CIFAR-10 train\"", "data.name")]
    [InlineData("\"passInput\": false", "\"passInput\": true", "space.layers")]
    [InlineData("\"-|", "\"+|", "data.classNames")]
    public void Runs_of_different_spaces_or_data_are_not_drawn_together(string old, string changed, string part)
    {
        string other = runs.Changed("options.json", text => text.Replace(old, changed, StringComparison.Ordinal));
        foreach (string[] arguments in new[] { new[] { "--single-level", runs.Stopped, other },
            ["--single-level", runs.Stopped, "--bi-level", other] })
        {
            var (code, _, error) = Run(["figure", "1", .. arguments, "--table", runs.Table, "--out", folder["none"]]);
            code.Should().Be(2);
            error.Should().Contain($"one space and one data set, but {part} is").And.Contain(runs.Stopped).And.Contain(other);
        }
        Directory.Exists(folder["none"]).Should().BeFalse();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Missing_searches_are_run_once()
    {
        string[] arguments = ["2", "--run", "smoke", "--seeds", "3", "--runs", folder["runs"]];
        var first = Run(["figure", .. arguments, "--out", folder["first"]]);
        first.Code.Should().Be(0, first.Error);
        Directory.GetDirectories(folder["runs"]).Select(Path.GetFileName).Should()
            .BeEquivalentTo("smoke-bi-level-3", "smoke-single-level-3");
        File.Delete(folder["runs/smoke-bi-level-3/genotype.json"]);
        var second = Run(["figure", .. arguments, "--out", folder["second"]]);
        second.Output.Should().Contain("--scheme bi-level").And.Contain("--resume").And.NotContain("--scheme single-level");
        File.ReadAllText(folder["second/figure-2.csv"]).Should().Be(File.ReadAllText(folder["first/figure-2.csv"]));
        var other = Run(["figure", .. arguments, "--data", OtherImages(), "--out", folder["third"]]);
        (other.Code, Directory.Exists(folder["third"])).Should().Be((2, false), "the finished searches are of other data");
        other.Error.Should().Contain("data.name was \"generated images (seed 1)\" and is \"images\"");
    }

    [Fact]
    public void Pareto_has_the_cells_that_no_cell_beats_in_cost_and_accuracy()
    {
        NasBench201Table table = NasBench201Table.Load(runs.Table);
        var random = new Random(3);
        // Whole numbers, so that many costs and some points are equal.
        double[] cost = [.. table.Results.Select((_, i) => i % 100 == 0 ? double.NaN : random.Next(40))];
        File.WriteAllText(folder["costs.csv"], "index,ms\n" + string.Join(
            '\n', cost.Select((ms, i) => $"{i},{(i % 100 == 0 ? -1 : ms)}")));
        double[] accuracy = [.. table.Results.Select(row => row.Cifar10Test)];
        bool IsBeaten(int i) => Enumerable.Range(0, cost.Length).Any(j =>
            cost[j] <= cost[i] && accuracy[j] >= accuracy[i] && (cost[j] < cost[i] || accuracy[j] > accuracy[i]));
        string marked = table.Results[9].Genotype.ToString();

        string[][] lines = [.. Draw("pareto", "--table", runs.Table, "--costs", folder["costs.csv"], "--mark", marked)
            .Select(line => line.Split(','))];

        int[] front = [.. lines.Where(line => line[0] == "front").Select(line => int.Parse(line[1], CultureInfo.InvariantCulture))];
        front.Should().NotBeEmpty().And.OnlyHaveUniqueItems();
        front.Select(i => (cost[i], accuracy[i])).Order().Should().Equal(
            Enumerable.Range(0, cost.Length).Where(i => i % 100 > 0 && !IsBeaten(i))
                .Select(i => (cost[i], accuracy[i])).Distinct().Order());
        lines[^1].Should().Equal(marked, "9", marked, accuracy[9].ToString("R", CultureInfo.InvariantCulture),
            cost[9].ToString("R", CultureInfo.InvariantCulture));
        Run("figure", "pareto", "--table", runs.Table, "--costs", folder["costs.csv"], "--column", "mJ", "--out", folder.Path).Error
            .Should().Contain("mJ").And.Contain("ms");
    }

    [Fact]
    public void Latency_prints_the_published_costs_of_a_genotype_and_a_time()
    {
        var (code, output, error) = Run("latency", "--genotype", "DARTS-V2", "--layers", "20", "--passes", "2", "--threads", "1");
        code.Should().Be(0, output + error);
        output.Should().Contain("3,349,342 parameters").And.MatchRegex(
            @"\d ms for 1 image\(s\) of 32x32 on cpu, 1 thread\(s\), quartiles .* ms over 2 passes");
    }

    /// <summary>As many images as the smoke scale takes.</summary>
    private string OtherImages()
    {
        for (int i = 0; i < 640; i++)
        {
            string file = folder[$"images/{i % 10}/{i}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, TestImages.Encode(8, 8, (x, y) => new SkiaSharp.SKColor((byte)i, (byte)(x * y), (byte)(31 * y))));
        }
        return folder["images"];
    }

    private string[] Draw(string figure, params string[] arguments)
    {
        var (code, output, error) = Run(["figure", figure, .. arguments, "--out", folder.Path]);
        code.Should().Be(0, output + error);
        error.Should().BeEmpty("Skia's SVG canvas says there what it leaves out");
        return File.ReadAllLines(output.Split('\n')[2]);
    }
}
