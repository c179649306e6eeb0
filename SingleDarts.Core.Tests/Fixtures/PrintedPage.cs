using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A part of a page that is printed.</summary>
internal static class PrintedPage
{
    /// <summary>Compares the part with what a command of PaperTables prints; with <c>SINGLEDARTS_WRITE_PAGES=1</c> it is written
    /// instead.</summary>
    /// <param name="path">The page.</param>
    /// <param name="part">Name in the comments around the part, <c>begin: part</c> and <c>end: part</c>.</param>
    /// <param name="command">The command.</param>
    public static void Hold(string path, string part, string command)
    {
        var (code, output, error) = Run(command);
        code.Should().Be(0, error);
        HoldText(path, part, output.ReplaceLineEndings("\n"));
    }

    /// <summary>Compares the part with a text.</summary>
    public static void HoldText(string path, string part, string expected)
    {
        string page = Repository.Read(path), head = $"<!-- begin: {part} -->\n";
        int begin = page.IndexOf(head, StringComparison.Ordinal) + head.Length;
        int end = page.IndexOf($"<!-- end: {part} -->", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SINGLEDARTS_WRITE_PAGES") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, path), page[..begin] + expected + page[end..]);
        else
            page[begin..end].Should().Be(expected, $"run this test with SINGLEDARTS_WRITE_PAGES=1 after a change of the {part}");
    }
}
