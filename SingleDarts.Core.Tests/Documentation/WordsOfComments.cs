using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>Comments and pages keep to the style of CONTRIBUTING.md. Only forms that are never right are looked for.</summary>
public class WordsOfComments
{
    [Fact]
    public void Comments_say_null_if_and_again()
    {
        string[] files = [.. Repository.Files("*.cs", "SingleDarts.Core").Concat(Repository.Files("*.cs", "samples"))];
        files.Should().HaveCountGreaterThan(300);
        Found(files, @"^\s*///.*(?:\bnull(?:""/>)? where\b|\banew\b)").Should().BeEmpty();
        Found(Repository.Files("*.md", "docs"), @"\banew\b").Should().BeEmpty();
    }

    [Fact]
    public void A_default_stands_beside_the_summary() => Found(
        Repository.Files("*.cs", "SingleDarts.Core"), @"<summary>(?:(?!</summary>)[\s\S])*<value>").Should().BeEmpty();

    private static IEnumerable<string> Found(IEnumerable<string> files, string form) => files.SelectMany(file =>
        Regex.Matches(Repository.Read(file), form, RegexOptions.Multiline).Select(found => $"{file}: {found.Value.Trim()}"));
}
