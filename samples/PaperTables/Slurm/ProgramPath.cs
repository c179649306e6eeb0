namespace PaperTables.Slurm;

/// <summary>
/// Where a program is. .NET looks into the folder of this program and into the current folder, which may be one of somebody else's data,
/// before PATH; a shell does not.
/// </summary>
internal static class ProgramPath
{
    /// <summary>Full path of a program in a folder of PATH, or null. Folders that are named relative to the current one are left
    /// out.</summary>
    /// <param name="name">File name, on Windows without <c>.exe</c>; a path is taken as it is.</param>
    public static string? Find(string name) => Path.GetFileName(name) != name ? Path.GetFullPath(name) :
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(Path.IsPathFullyQualified)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(IsProgram);

    private static bool IsProgram(string file) => File.Exists(file) && (OperatingSystem.IsWindows() ||
        (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
