using SingleDarts.Core.Runtime;

namespace PaperTables.Sweeps;

/// <summary>Paths that files of others name. A sweep folder may be shared, or come from elsewhere.</summary>
internal static class SharedPath
{
    /// <summary>Rejects paths to other machines: Windows would send them the user's credentials before anything is read.</summary>
    /// <param name="path">The path.</param>
    /// <param name="where">What names it.</param>
    /// <exception cref="InvalidDataException">It begins with two slashes, or has a character that no path has.</exception>
    public static string Require(string path, string where) => path.Contains('\0', StringComparison.Ordinal)
        ? throw new InvalidDataException($"{where} names {Quoted.Of(path)}, which is no path; correct it.") :
        path is [ '/' or '\\', '/' or '\\', ..] ? throw new InvalidDataException(
            $"{where} names {Quoted.Of(path)}, a path to another machine; expected a local path. Mount it, or copy the files here.") : path;

    /// <summary>Whether a path leads to a file within a folder, without any link on the way below the folder.</summary>
    /// <param name="path">The path.</param>
    /// <param name="folder">The folder, which may itself be a link.</param>
    public static bool IsInside(string path, string folder)
    {
        string root = Path.GetFullPath(folder);
        for (string? at = Path.GetFullPath(path, root); at is not null && at.Length > root.Length; at = Path.GetDirectoryName(at))
            if (new FileInfo(at).LinkTarget is not null)
                return false;
            else if (Path.GetDirectoryName(at) == root)
                return true;
        return false;
    }
}
