using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// A folder that may have come from somebody else, and that this process reads and writes by fixed names. A symbolic link in it would lead
/// elsewhere: another file would be overwritten, or its content shown. Links inside the folder are rejected; the folder itself
/// and those above it may be links. The check comes before the use, so it does not hold against somebody who changes the folder at the
/// same moment.
/// </summary>
/// <param name="path">The folder, which need not exist.</param>
public sealed class GuardedFolder(string path)
{
    /// <summary>Full path of the folder.</summary>
    public string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    /// <summary>Full path of a file or folder in it, which need not exist. Ask for it before another library opens the file.</summary>
    /// <param name="name">Name, or relative path.</param>
    /// <exception cref="IOException">It is a symbolic link, leads through one or out of the folder, or is neither file nor folder; the
    /// message names it.</exception>
    public string PathOf(string name)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, name)));
        string inside = System.IO.Path.EndsInDirectorySeparator(Path) ? Path : Path + System.IO.Path.DirectorySeparatorChar;
        if (full != Path && !full.StartsWith(inside, StringComparison.Ordinal))
            throw new IOException($"The name {Quoted.Of(name)} leads out of the folder {Path}; use one that stays in it.");
        for (string at = full; at.Length > Path.Length; at = System.IO.Path.GetDirectoryName(at)!)
            RefuseLink(at);
        if (full != Path && FileFacts.Of(full, followsLinks: false) is { IsRegular: false, IsFolder: false })
            throw new IOException($"{full} is neither a file nor a folder (a pipe, a socket or a device); remove it.");
        return full;
    }

    /// <summary>Makes a folder in it, and the folder itself, if they are missing.</summary>
    /// <param name="name">Name, or relative path; the empty string is the folder itself.</param>
    /// <returns>The full path.</returns>
    /// <inheritdoc cref="PathOf" path="/exception"/>
    public string CreateFolder(string name = "") => Directory.CreateDirectory(PathOf(name)).FullName;

    /// <summary>Writes a file whole or not at all; one that exists is replaced.</summary>
    /// <param name="name">Name, or relative path; its folder must exist.</param>
    /// <param name="write">Writes the content to a stream that can seek.</param>
    /// <inheritdoc cref="PathOf" path="/exception"/>
    public void Write(string name, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile.Write(PathOf(name), write);
    }

    /// <summary>Writes a text file in UTF-8.</summary>
    /// <param name="name">Name, or relative path; its folder must exist.</param>
    /// <param name="text">The content.</param>
    /// <inheritdoc cref="PathOf" path="/exception"/>
    public void Write(string name, string text) => AtomicFile.Write(PathOf(name), text);

    /// <summary>Adds a line to a text file in UTF-8, which is on disk afterwards.</summary>
    /// <param name="name">Name, or relative path; its folder must exist.</param>
    /// <param name="line">The line, without its end.</param>
    /// <inheritdoc cref="PathOf" path="/exception"/>
    public void AppendLine(string name, string line)
    {
        using FileStream stream = Open(name, FileMode.Append, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes a file that the caller named, whole or not at all; its folder is made if it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content to a stream that can seek.</param>
    /// <exception cref="IOException">The file is a symbolic link, or cannot be written.</exception>
    public static void WriteFile(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full) ?? full);
        AtomicFile.Write(full, write);
    }

    /// <summary>Opens a file to be written in place.</summary>
    /// <exception cref="IOException">It also has a name elsewhere (a hard link), which would be written too.</exception>
    /// <inheritdoc cref="PathOf" path="/exception"/>
    internal FileStream Open(
        string name, FileMode mode, FileShare share, FileOptions options = FileOptions.None, int bufferSize = 4096) =>
        new(WritablePathOf(name), mode, FileAccess.Write, share, bufferSize, options);

    /// <summary>Full path of a file that is about to be written in place.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    internal string WritablePathOf(string name)
    {
        string file = PathOf(name);
        if (FileFacts.Of(file, followsLinks: false) is { IsRegular: true, Names: > 1 and var names })
            throw new IOException(
                $"{file} is one file under {names} names (hard links), so that to write here is to write elsewhere too; put a copy in " +
                "its place.");
        return file;
    }

    internal static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
            throw new IOException(
                $"'{path}' is a symbolic link to {Quoted.Of(target)}, and links inside of such a folder are not followed. Put a file or " +
                "folder in its place, or link the whole folder.");
    }
}
