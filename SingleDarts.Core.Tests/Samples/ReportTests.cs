using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public class ReportTests(RecordedRuns runs) : IClassFixture<RecordedRuns>
{
    private static readonly XNamespace Html = "http://www.w3.org/1999/xhtml", Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_finished_run_has_every_section_its_genotype_and_its_accuracies_and_refers_to_nothing_outside()
    {
        XDocument page = Report(runs.Benchmark, "--table", runs.Table);
        RecordedRun run = RecordedRun.Open(runs.Benchmark);
        Genotype genotype = run.Epochs[^1].Genotype;
        page.Descendants(Html + "code").Single().Value.Should().Be(genotype.ToString());
        Cells(page).Should().ContainSingle();
        page.Descendants().Where(e => (string?)e.Attribute("class") == "missing").Should().BeEmpty();
        page.Descendants(Html + "h2").Should().HaveCount(10);
        page.Root!.Value.Should()
            .Contain("finished: 1 of 1 epochs").And.Contain("Cifar10Test" + (NasBench201Genotypes.IndexOf(genotype) / 200.0)
            .ToString("F2", CultureInfo.InvariantCulture));
        Matrix(page).Should().Equal(run.Epochs[^1].Architecture["cell"].OperationWeights.Cast<double>()
            .Select(p => p.ToString("0.000", CultureInfo.InvariantCulture)));
        page.Descendants().Where(e => (string?)e.Attribute("class") == "chosen").Should().HaveCount(6);

        string text = page.ToString();
        Regex.Replace(text, @"xmlns=""[^""]*""", "").Should().NotContain("://").And.NotContain("url(").And.NotContain("@import");
        page.Descendants().Select(e => e.Name.LocalName).Should().NotContain(["script", "link", "img", "iframe"]);
        page.Descendants().Attributes().Select(a => a.Name.LocalName).Should().NotContain(["src", "href"]);
    }

    [Fact]
    public void A_space_of_two_kinds_of_cells_has_a_picture_and_a_heat_map_of_each_and_says_what_was_not_recorded()
    {
        XDocument page = Report(runs.Darts);
        Cells(page).Should().HaveCount(2);
        page.Descendants(Html + "caption").Select(e => e.Value).Should().Equal("normal", "reduction");
        int hops = RecordedRun.Open(runs.Darts).Epochs[^1].Genotype.Count("hop");
        Cells(page).SelectMany(svg => svg.Descendants()).Count(e => e.Attribute("stroke-dasharray") is not null).Should().Be(hops, "a hop has no weights");
        page.Descendants().Where(e => (string?)e.Attribute("class") == "missing").Select(e => e.Value)
            .Should().HaveCount(6).And.Contain(s => s.Contains("--hessian")).And.Contain(s => s.Contains("--diagnose")).And.Contain(s => s.Contains("--table"));
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_run_that_is_not_finished_has_the_cost_of_its_genotype_all_the_same()
    {
        XDocument page = Report(runs.Stopped);
        page.Root!.Value.Should().Contain("not finished: 1 of 1 epochs");
        string Cost(XDocument p) => p.Descendants(Html + "p").Select(e => e.Value).Single(s => s.Contains("multiply-adds"));
        Cost(page).Should().Be(Cost(Report(runs.Benchmark)), "one was counted, the other recorded");
    }

    [Fact]
    public void A_run_without_epochs_says_so() =>
        Report(runs.Begun).Root!.Value.Should().Contain("not finished: 0 of 1 epochs").And.Contain("no genotype yet");

    [Fact]
    public void Numbers_that_are_not_finite_are_shown_and_not_drawn()
    {
        string folder = runs.Changed("epochs.jsonl", text => Regex.Replace(text, @"""weightLoss"":[^,]*", @"""weightLoss"":""NaN"""));
        XDocument page = Report(folder);
        page.Descendants(Html + "td").Select(e => e.Value).Should().Contain("NaN");
        page.Descendants(Svg + "circle").Attributes().Select(a => a.Value).Should().NotContain("NaN");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Bad_input_ends_with_code_2_a_message_and_no_file()
    {
        foreach (var (message, folder, arguments) in new (string, string, string[])[]
        {
            ("holds no run", runs.Empty, []),
            ("holds no run", "/nowhere/at/all", []),
            ("is not JSON", runs.Changed("options.json", text => text[..40]), []),
            ("space.cells", runs.Changed("options.json", _ => "[]"), []),
            ("topology of 'cell'", runs.Changed("options.json", text => text.Replace("\"inputs\"", "\"entrances\"")), []),
            ("6 × 5, expected 3 × 5", runs.Changed("options.json", text => text.Replace("\"nodes\": 3", "\"nodes\": 2")), []),
            ("Line 1 of", runs.Changed("epochs.jsonl", text => "{}\n" + text), []),
            ("genotype.json", runs.Changed("genotype.json", _ => "{"), []),
            ("Line 1 of", runs.Changed("diagnostics/hessian-eigenvalue.jsonl", _ => "{}\n{}\n"), []),
            ("/no/table.csv", runs.Stopped, ["--table", "/no/table.csv"]),
            ("is a folder", runs.Stopped, ["--out", runs.Empty]),
        })
        {
            var (code, output, error) = Run(["report", folder, .. arguments]);
            code.Should().Be(2, message + output + error);
            error.Should().Contain(message).And.NotContain("   at ");
            Directory.Exists(folder).Should().Be(folder[1] != 'n');
            if (Directory.Exists(folder))
                Directory.GetFiles(folder, folder == runs.Stopped ? "*.tmp" : "report.html*").Should().BeEmpty();
        }
    }

    /// <summary>Format version 1 of <c>options.json</c> held sentences.</summary>
    [Trait("Category", "Slow")]
    [Fact]
    public void A_run_of_an_earlier_version_is_read()
    {
        string folder = runs.Changed("options.json", _ => EarlierOptions);
        XDocument page = Report(folder);
        string Cost(XDocument p) => p.Descendants(Html + "p").Select(e => e.Value).Single(s => s.Contains("multiply-adds"));
        Cost(page).Should().Be(Cost(Report(runs.Stopped)), "the space is the same");
        page.Root!.Value.Should().Contain("single-level search on nasbench201, seed 3").And.Contain("64 samples of 3x8x8").And.Contain(
            "space.cells.cell.topology.outputLastNode");
        Cells(page).Single().ToString().Should().Be(Cells(Report(runs.Stopped)).Single().ToString());
    }

    private const string EarlierOptions = """
        {
          "formatVersion": 1, "library": "0.1.0", "threads": 1, "device": "cpu", "learnable": { "cell": "nor_conv_1x1 nor_conv_3x3" },
          "space": {
            "name": "nasbench201", "input": "3x8x8", "classes": 10,
            "cells": { "cell": { "topology": "1 inputs, 3 nodes, LastNode", "operations": "none skip_connect nor_conv_1x1 nor_conv_3x3 avg_pool_3x3" } },
            "layers": "cell:2/1 block:4/2 cell:4/1 block:8/2 cell:8/1"
          },
          "data": { "name": "images", "samples": 64, "input": "3x8x8", "classes": 10, "classNames": "a, b", "sha256": "00" },
          "search": {
            "epochs": 1, "batchSize": 32, "seed": 3, "scheme": "single-level: SingleLevelScheme { Name = single-level }", "relaxation": "sigmoid",
            "weightOptimizer": "OptimizerSettings { }", "derivation": "edge-argmax", "penalties": []
          }
        }
        """;

    private static XDocument Report(string folder, params string[] arguments)
    {
        var (code, output, error) = Run(["report", folder, .. arguments]);
        code.Should().Be(0, output + error);
        error.Should().BeEmpty();
        output.Trim().Should().Be(Path.Combine(folder, "report.html"));
        return XDocument.Load(Path.Combine(folder, "report.html"));
    }

    private static IEnumerable<XElement> Cells(XDocument page) =>
        page.Descendants(Svg + "svg").Where(svg => svg.Descendants().Any(e => e.Attribute("data-edge") is not null));

    private static IEnumerable<string> Matrix(XDocument page) =>
        page.Descendants(Html + "table").Single(e => (string?)e.Attribute("class") == "heat").Descendants(Html + "td").Select(e => e.Value);
}
