using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests;

/// <summary>The written documentation fits the files that it speaks of.</summary>
public class DocumentationTests
{
    [Fact]
    public void Readme_shows_the_quick_start_word_for_word()
    {
        Match block = Regex.Match(Repository.Read("README.md"), @"^```csharp\n(.*?)^```$",
            RegexOptions.Multiline | RegexOptions.Singleline);
        block.Success.Should().BeTrue("the README begins with a program");
        block.Groups[1].Value.Should().Be(Repository.Read("samples/QuickStart/Program.cs"));
    }

    [Fact]
    public void Every_relative_link_leads_to_a_file()
    {
        var links = Repository.Files("*.md").SelectMany(page => Links(page).Select(target => (Page: page, Target: target))).ToList();
        links.Should().NotBeEmpty();
        links.Where(link => !Exists(link.Page, link.Target)).Select(link => $"{link.Page} -> {link.Target}").Should().BeEmpty();
    }

    /// <summary>The site's contents are those of the index: the same groups and pages in the same order, under their titles.</summary>
    [Fact]
    public void Contents_of_the_site_are_those_of_the_index()
    {
        IEnumerable<string> index = Regex
            .Matches(Repository.Read("docs/index.md"), @"^## (.+)$|\]\((\S+\.md)\)", RegexOptions.Multiline)
            .Select(m => m.Groups[1].Success ? m.Groups[1].Value : $"{m.Groups[2].Value}: {Title(m.Groups[2].Value)}");
        IEnumerable<string> contents = Regex.Matches(Repository.Read("docs/toc.yml"), @"name: (.+)\n( +href: (.+))?")
            .Select(m => (Page: m.Groups[3].Value, Name: m.Groups[1].Value.Trim('\'').Replace("''", "'")))
            .Select(entry => entry.Page.Length == 0 ? entry.Name : $"{entry.Page}: {entry.Name}");
        contents.Should().Equal(index);

        static string Title(string page) => Repository.Read("docs/" + page).Split('\n')[0].TrimStart('#', ' ');
    }

    [Theory]
    [InlineData("docs/how-to/own-space.md", "OwnSpacePage.cs")]
    [InlineData("docs/how-to/methods.md", "MethodsPage.cs")]
    [InlineData("docs/how-to/darts-space.md", "DartsSpacePage.cs")]
    [InlineData("docs/reference/darts-costs.md", "DartsCellsPages.cs")]
    [InlineData("docs/reference/genotypes.md", "DartsCellsPages.cs", "normal_concat")]
    public void Programs_of_a_page_are_compiled_word_for_word(string page, string source, string with = "")
    {
        static string Flat(string text) => Regex.Replace(text, @"^[ ]+|\s+$", "", RegexOptions.Multiline).Trim();
        string compiled = Flat(Repository.Read("SingleDarts.Core.Tests/Documentation/" + source));
        string[] blocks = [.. Regex.Matches(Repository.Read(page), @"^```csharp\n(.*?)^```$",
            RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(match => Regex.Replace(match.Groups[1].Value, @"^using (static )?[\w.]+;\n+", "", RegexOptions.Multiline))
            .Where(block => block.Contains(with))];
        blocks.Should().NotBeEmpty();
        blocks.Where(block => !compiled.Contains(Flat(block))).Should().BeEmpty();
    }

    /// <summary>The consumer check runs the lines of these two pages with an empty package cache.</summary>
    [Fact]
    public void Install_lines_stand_where_the_consumer_check_reads_them_or_name_their_version()
    {
        string check = Repository.Read(".ci/consumer-check"), skia = Regex.Match(Repository.Read("Directory.Packages.props"),
            @"SkiaSharp.NativeAssets.Linux.NoDependencies"" Version=""([\d.]+)""").Groups[1].Value;
        var lines = Repository.Files("*.md").SelectMany(page => Regex.Matches(
                Repository.Read(page), @"(?<=^|`)dotnet add package [^`\n]+", RegexOptions.Multiline)
            .Select(m => (Page: page, Line: m.Value.Trim()))).ToList();
        lines.Should().HaveCountGreaterThan(4);
        foreach (var (page, line) in lines.Where(l => !l.Line.Contains("SkiaSharp")))
            check.Should().Contain(page, $"it has the line {line}");
        foreach (var (page, line) in lines.Where(l => l.Line.Contains("SkiaSharp")))
            line.Should().EndWith($"--version {skia}", $"SkiaSharp of another version does not fit, on {page}");
    }

    private static IEnumerable<string> Links(string page)
    {
        string prose = Regex.Replace(Repository.Read(page), @"^```.*?^```$|`[^`\n]*`", "",
            RegexOptions.Multiline | RegexOptions.Singleline);
        return Regex.Matches(prose, @"\]\(([^)\s]+)\)").Select(m => m.Groups[1].Value)
            .Where(target => !Regex.IsMatch(target, "^[a-z]+:|^#"))
            .Select(target => target.Split('#')[0]);
    }

    private static bool Exists(string page, string target) =>
        Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target) is var path && (File.Exists(path) || Directory.Exists(path));
}
