using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The options of PaperTables on the reference page are those of the program.</summary>
public class OptionsPage
{
    private const string Page = "docs/reference/options.md", Begin = "<!-- begin: PaperTables options -->\n",
        End = "<!-- end: PaperTables options -->";

    /// <summary>With <c>SINGLEDARTS_WRITE_PAGES=1</c> the page is written instead.</summary>
    [Fact]
    public void The_page_has_every_option_as_the_program_declares_it()
    {
        var (code, output, error) = Run("options");
        code.Should().Be(0, error);
        string page = Repository.Read(Page), expected = output.ReplaceLineEndings("\n");
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SINGLEDARTS_WRITE_PAGES") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, Page), page[..begin] + expected + page[end..]);
        else
            page[begin..end].Should().Be(expected, "run this test with SINGLEDARTS_WRITE_PAGES=1 after a change of the options");
    }

    [Theory]
    [InlineData("search", "| `--layers` | 8 |")]
    [InlineData("search", "| `--learning-rate` |  |")]
    [InlineData("search", "| `--resume` | off |")]
    [InlineData("train", "| `--recipe` | `cifar` |")]
    [InlineData("sweep plan", "| `--portion` | 1 |")]
    public void Options_have_their_defaults(string command, string row)
    {
        string page = Repository.Read(Page);
        page[page.IndexOf($"\n### {command}\n", StringComparison.Ordinal)..].Split("\n### ")[1].Should().Contain(row);
    }
}
