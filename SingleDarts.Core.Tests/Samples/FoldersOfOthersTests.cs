using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>What the commands do with run and sweep folders that somebody else made in order to harm.</summary>
public sealed class FoldersOfOthersTests(RecordedRuns runs) : IClassFixture<RecordedRuns>, IDisposable
{
    private const string Key = "ssh-ed25519 mine\n", Evil = "\u001b]0;title\u0007\u001b[2J\u202e";
    private readonly TemporaryFolder folder = new();

    private string AuthorizedKeys => folder["authorized_keys"];

    public void Dispose() => folder.Dispose();

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("report.html", 2)]
    [InlineData("report.html.tmp", 0)]
    public void A_report_is_not_written_through_a_link(string name, int code)
    {
        string run = runs.Changed("options.json", text => text);
        Link(Path.Combine(run, name));
        var (found, _, error) = Run("report", run);
        found.Should().Be(code, error);
        if (code != 0)
            error.Should().Contain($"{name}' is a symbolic link to '{AuthorizedKeys}'");
        File.ReadAllText(AuthorizedKeys).Should().Be(Key);
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("options.json")]
    [InlineData("epochs.jsonl")]
    [InlineData("genotype.json")]
    [InlineData("diagnostics/hessian-eigenvalue.jsonl")]
    public void A_report_shows_nothing_of_a_file_behind_a_link(string name)
    {
        string run = runs.Changed("options.json", text => text), file = Path.Combine(run, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        Link(file);
        var (code, _, error) = Run("report", run);
        code.Should().Be(2);
        error.Should().Contain($"'{file}' is a symbolic link to '{AuthorizedKeys}'").And.NotContain("ssh-ed25519");
        File.Exists(Path.Combine(run, "report.html")).Should().BeFalse();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("png")]
    [InlineData("svg")]
    [InlineData("csv")]
    public void A_figure_is_not_written_through_a_link(string extension)
    {
        Link(folder["theorem-4.3." + extension]);
        var (code, _, error) = Run("figure", "theorem-4.3", "--out", folder.Path, "--epsilon", "0.2", "0.1");
        code.Should().Be(2);
        error.Should().Contain($"theorem-4.3.{extension}' is a symbolic link to '{AuthorizedKeys}'");
        File.ReadAllText(AuthorizedKeys).Should().Be(Key);
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public void Collected_results_are_not_written_through_a_link()
    {
        SweepFolder sweep = PaperTablesProcess.Plan(folder["sweep"], "table4", "--seeds", "1");
        Link(folder["table.csv"]);
        var (code, _, error) = Run("sweep", "collect", sweep.Path, "--format", "csv", "--out", folder["table.csv"]);
        code.Should().Be(2, error);
        error.Should().Contain("table.csv' is a symbolic link");
        File.ReadAllText(AuthorizedKeys).Should().Be(Key);
    }

    [Fact]
    public void The_terminal_shows_control_characters_of_a_sweep_and_does_not_obey_them()
    {
        SweepFolder sweep = SweepFolder.Create(folder["sweep"],
            new SweepPlan([], [new SweepGroup("row " + Evil, [new Trial(new JsonObject { ["seed"] = Evil })])]));
        using (TrialLease lease = sweep.TryLease(sweep.Plan.Trials[0])!)
            lease.Fail("no luck " + Evil, "log");
        var (code, output, error) = Run("sweep", "status", sweep.Path, "--all");
        code.Should().Be(1, error);
        (output + error).Should().Contain(@"row \u001b]0;title\u0007\u001b[2J\u202e, seed").And.Contain(@"no luck \u001b]0;title");
        Regex.IsMatch(output + error, @"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202e]").Should().BeFalse();
    }

    [Fact]
    public void Square_brackets_of_a_training_are_no_markup()
    {
        folder.Write("run/options.json", System.Text.Encoding.UTF8.GetBytes(new JsonObject
        {
            ["formatVersion"] = 2,
            ["network"] = new JsonObject { ["genotype"] = "|skip_connect~0|", ["parameters"] = 1e6, ["layers"] = "[/]" + Evil },
            ["data"] = new JsonObject { ["name"] = "[red]mine[/] [link=http://evil]x[/]", ["samples"] = 1 },
        }.ToJsonString()));
        folder.Write("run/result.json", """{"test": {"top1": 0.5}}"""u8.ToArray());
        var (code, output, error) = Run("table3", "--trained", folder["run"]);
        code.Should().Be(0, error);
        output.Should().Contain("[red]mine[/]").And.Contain("[link=http://evil]").And.Contain(@"[/]\u001b]0;title").And.NotContain(Evil);
    }

    [Fact]
    public void Cells_that_begin_like_a_formula_are_text_to_a_spreadsheet()
    {
        SweepFolder sweep = PaperTablesProcess.Plan(folder["sweep"], "table4", "--seeds", "1");
        using (TrialLease lease = sweep.TryLease(sweep.Plan.Trials[0])!)
            lease.Complete(new JsonObject
            {
                ["genotype"] = NasBench201Genotypes.AllSkip.ToString(),
                ["genotypes"] = new JsonArray(NasBench201Genotypes.AllSkip.ToString()), ["seconds"] = 60, ["device"] = "@SUM(1)",
                ["data"] = "=HYPERLINK(\"http://evil\")",
            });
        var (code, output, error) = Run("sweep", "collect", sweep.Path, "--format", "csv");
        code.Should().Be(0, error);
        output.Should().Contain("\"'=HYPERLINK(\"\"http://evil\"\")\"").And.Contain(",'@SUM(1),").And.NotMatchRegex(@"(^|[,\n])""?[=@]");
    }

    private void Link(string file)
    {
        File.WriteAllText(AuthorizedKeys, Key);
        File.CreateSymbolicLink(file, AuthorizedKeys);
    }
}
