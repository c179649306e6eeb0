namespace SingleDarts.Core.Runtime;

/// <summary>Finds native libraries where .NET applications have them.</summary>
internal static class NativeLibraryLocator
{
    /// <summary>Folders of the application, in which .NET searches too.</summary>
    public static IReadOnlyList<string> ApplicationFolders { get; } =
    [
        .. new[]
        {
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
            AppContext.BaseDirectory,
        }
        .Concat(Split(AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string))
        .Distinct(),
    ];

    /// <summary>Folders that are searched, in order. One that is named relative to the current folder is left out: that may be a folder of
    /// data.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        [.. ApplicationFolders.Concat(
            Split(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")).Where(Path.IsPathFullyQualified)).Distinct()];

    /// <summary>Full path of a file after every link in it is followed.</summary>
    public static string RealPath(string path)
    {
        string full = Path.GetFullPath(path);
        string? folder = Path.GetDirectoryName(full);
        if (folder is null)
            return full;
        full = Path.Combine(RealPath(folder), Path.GetFileName(full));
        return File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target ? RealPath(target.FullName) : full;
    }

    /// <summary>Full path of a library, or <see langword="null"/>.</summary>
    /// <param name="file">File name, for example <c>libtorch_cpu.so</c>.</param>
    public static string? Find(string file) => Folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    /// <summary>Path of a library that the process has loaded, or <see langword="null"/>.</summary>
    /// <param name="file">File name that the path begins with after its folder, for example <c>libstdc++.so.6</c>.</param>
    public static string? FindLoaded(string file) => File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var slash and >= 0 ? line[slash..].Replace("/memfd:", "/", StringComparison.Ordinal) : "")
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith(file, StringComparison.Ordinal));

    private static string[] Split(string? paths) =>
        paths?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
