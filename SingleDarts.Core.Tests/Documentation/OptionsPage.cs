namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The options of PaperTables on the reference page are those of the program.</summary>
public class OptionsPage
{
    private const string Page = "docs/reference/options.md";

    /// <summary>With <c>SINGLEDARTS_WRITE_PAGES=1</c> the page is written instead.</summary>
    [Fact]
    public void The_page_has_every_option_as_the_program_declares_it() =>
        PrintedPage.Hold(Page, "PaperTables options", "options");

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
