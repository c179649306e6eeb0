using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>Definitions of a user's own.</summary>
public sealed class SweepDefinitionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_example_of_the_page_is_planned_and_collected_without_its_file()
    {
        string page = Repository.Read("docs/reference/sweep-definition.md"), file = folder["own.json"];
        File.WriteAllText(file, Regex.Match(
            page, @"^```json\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value);
        SweepFolder sweep = Plan(folder["sweep"], file, "--channels", "4");
        File.Delete(file);
        sweep.Plan.Groups.Select(group => (group.Name, group.Trials.Count)).Should().Equal(("decay/none", 2), ("decay/1e-3", 2));
        JsonObject options = sweep.Plan.Groups[1].Trials[1].Options;
        new[] { "epochs", "samples", "channels", "alphaWeightDecay", "seed", "batchSize" }.Select(name => options[name]?.ToJsonString())
            .Should().Equal(["3", "640", "4", "0.001", "1", "64"], "scale, command line, row, seed and default");
        Run("sweep", "collect", sweep.Path).Output.Should()
            .StartWith("Weight decay of α").And.Contain("Does '1e-3' beat 'none' on CIFAR-10 test? Not known");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Rows_win_over_the_command_line_over_the_scale_and_a_variant_over_rows()
    {
        File.WriteAllText(folder["own.json"], """
            {
              "name": "own", "title": "t", "metrics": ["Cifar10Test"], "rates": ["learningRate"],
              "scales": { "one": { "seeds": 1, "search": { "epochs": 7, "batchSize": 16, "learningRate": 1 } } }, "search": { "learningRate": 2 },
              "rows": [{ "method": "m", "name": "r", "search": { "learningRate": 3 }, "variants": { "v": { "learningRate": 4 } } }]
            }
            """);
        JsonNode Option(string sweep, string name, params string[] more) =>
            Plan(folder[sweep], [folder["own.json"], "--scale", "one", "--epochs", "9", .. more]).Plan.Groups.Single(g =>
                g.Name == "own/m, r").Trials[0].Options[name]!;
        Option("a", "learningRate").GetValue<double>().Should().Be(3);
        Option("b", "learningRate", "--variant", "v", "--rate-factor", "10").GetValue<double>().Should().Be(40);
        Option("c", "epochs").GetValue<int>().Should().Be(9);
        Option("d", "batchSize").GetValue<int>().Should().Be(16);
    }

    [Fact]
    public void Every_fault_of_a_definition_is_named_with_file_row_option_found_and_expected()
    {
        File.WriteAllText(folder["bad.json"], """
            {
              "name": "bad", "title": 3, "metrics": ["Cifar10Tests"], "colour": "red", "form": "pie", "open": ["clips"],
              "scales": { "smoke": { "seeds": 0, "search": { "epochs": "ten" } } }, "search": { "nesterov": 1 },
              "rows": [
                { "name": "first", "search": { "scheme": "tri-level", "rate": 1, "out": "x" }, "published": { "Cifar10Test": [1, 2, 3] } },
                { "name": "first", "search": { "samples": "few", "execution": "Fast" } },
                { "search": [] }
              ],
              "verdicts": [{ "beats": ["first"] }, { "collapses": "second" }, { "wins": "first" }]
            }
            """);
        var (code, output, error) = Run("sweep", "plan", folder["bad.json"], "--out", folder["sweep"]);
        code.Should().Be(2, output + error);
        string file = folder["bad.json"];
        foreach (string fault in new[]
        {
            $"{file}: 'title' is 3, expected text.",
            $"{file}: there is no metric 'Cifar10Tests', expected one of Cifar10Validation,",
            $"{file}: there is no property 'colour', expected name, title,",
            $"{file}: 'form' is \"pie\", expected table or curve.",
            $"{file}: there is no option 'clips'; expected method, space, scheme,",
            $"{file}, scale 'smoke': 'seeds' is 0, expected 1 to 10000; --seeds plans more.",
            $"{file}, scale 'smoke': option 'epochs' is \"ten\", expected a whole number.",
            $"{file}: option 'nesterov' is 1, expected true or false.",
            $"{file}, row 'first': option 'scheme' is \"tri-level\", expected one of single-level, bi-level, bi-level-2nd, same-subset.",
            $"{file}, row 'first': there is no option 'rate'; expected method,",
            $"{file}, row 'first': there is no option 'out'; expected method,",
            $"{file}, row 'first': 'published.Cifar10Test' is [1,2,3], expected a number, or mean and deviation.",
            $"{file}, row 'first': option 'samples' is \"few\", expected a whole number.",
            $"{file}, row 'first': option 'execution' is \"Fast\", expected one of Merged, MergedWithRecomputation, PerEdge.",
            $"{file}, row 'first': 2 rows have this name",
            $"{file}, row 3: 'name' is missing, expected text.",
            $"'search' is [], expected an object.",
            $"{file}: 'beats' is [\"first\"], expected two rows, the better first.",
            $"{file}: the verdict 'collapses' names 'second', expected one of first",
            $"{file}: 'verdicts' is {{\"wins\":\"first\"}}, expected an object of one property, beats, collapses, steadiest.",
        })
            error.Should().Contain(fault);
        Directory.Exists(folder["sweep"]).Should().BeFalse();
    }

    [Fact]
    public void A_file_that_is_no_JSON_or_missing_is_named()
    {
        File.WriteAllText(folder["bad.json"], "{ \"name\": ");
        Run("sweep", "plan", folder["bad.json"], "--out", folder["sweep"]).Error.Should().Contain(folder["bad.json"] + " is not JSON");
        Run("sweep", "plan", folder["none.json"], "--out", folder["sweep"]).Error.Should()
            .Contain("There is no definition").And.Contain("table4");
    }
}
