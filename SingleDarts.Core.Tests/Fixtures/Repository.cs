using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>The checked-out files that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Files of the repository by name pattern, with forward slashes and relative to the root; build outputs are left
    /// out.</summary>
    public static IEnumerable<string> Files(string pattern, string folder = "") => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(file => !Regex.IsMatch(file, @"(^|/)(bin|obj|\.git|TestResults)/"))
        .Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SingleDarts.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} holds SingleDarts.sln; build the tests inside the repository.");
    }
}
