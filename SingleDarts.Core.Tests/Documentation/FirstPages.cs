using System.Text.RegularExpressions;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>README, the index and the page of troubles say what the library does.</summary>
public class FirstPages
{
    /// <summary>With <c>SINGLEDARTS_WRITE_PAGES=1</c> the picture is written instead.</summary>
    [Fact]
    public void The_cell_of_README_is_drawn_by_the_library()
    {
        const string picture = "docs/cell.svg";
        var genotype = Genotype.Parse("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|");
        string drawn = CellDrawing.From(genotype, SearchSpaces.NasBench201(10)).Values.Single().ToSvg().ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("SINGLEDARTS_WRITE_PAGES") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, picture), drawn);
        Repository.Read(picture).Should().Be(drawn);
        Repository.Read("README.md").Should().Contain($"]({picture})");
    }

    [Fact]
    public void The_index_has_every_page_once()
    {
        var links = Regex.Matches(Repository.Read("docs/index.md"), @"\]\(([\w/.-]+\.md)\)").Select(m => "docs/" + m.Groups[1].Value);
        links.Should().BeEquivalentTo(Repository.Files("*.md", "docs").Where(page => page != "docs/index.md"));
    }

    [Fact]
    public void Troubles_have_the_messages_of_the_library()
    {
        string page = Repository.Read("docs/how-to/troubleshooting.md");
        IReadOnlyList<string> Differ(string saved) => OptionsDocument.Faults(
            saved, """{"formatVersion":2,"search":{"epochs":2}}""", "runs/1/options.json", "search");
        string[] messages =
        [
            new RunDivergedException("search", 1, 2, "the loss", "runs/1/checkpoint").Message,
            new InvalidRunException("search", Differ("""{"formatVersion":2,"search":{"epochs":1}}""")).Message,
            .. Differ("""{"formatVersion":1}"""),
        ];
        messages.Should().HaveCount(3).And.OnlyContain(message => page.Contains(message.ReplaceLineEndings("\n")));
    }
}
