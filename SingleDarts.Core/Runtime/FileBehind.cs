using System.Globalization;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// The file that is read from a path, after every symbolic link is followed. <see cref="FileInfo"/> and the times of <see cref="File"/> are
/// those of the link itself, and <see cref="File.Exists"/> is true of a link to nothing.
/// </summary>
/// <param name="Length">Size in bytes.</param>
/// <param name="Stamp">
/// Text that differs after the file was written, or after another file took its place: size and modification time, and on Linux also
/// inode and
/// the time of the last change of the inode, which programs that set the modification time cannot set. Times have the resolution of the
/// file
/// system's clock: a file that is written twice within one tick (Linux before 6.13: up to 10 ms) and keeps its size has the same stamp.
/// </param>
internal readonly record struct FileBehind(long Length, string Stamp)
{
    /// <exception cref="FileNotFoundException">There is no such file; a link to nothing is named with its target.</exception>
    public static FileBehind Of(string path)
    {
        if (AskLinux(path) is { } found)
            return found;
        RefuseBroken(path);
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
            file = (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
        return new(file.Length, string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));
    }

    /// <summary>Rejects a path that is a link to nothing or leads through one, or whose name is not UTF-8. Another path that does not exist
    /// is left to the caller.</summary>
    /// <exception cref="FileNotFoundException">The link and its target, or the name, are in the message.</exception>
    public static void RefuseBroken(string path)
    {
        if (MayNotBeUtf8(path) && !Path.Exists(path))
            throw new FileNotFoundException(
                $"The name {Quoted.Of(path)} is not valid UTF-8: each � stands for bytes that are not. .NET cannot open such a file; " +
                "rename it, for example with convmv -f latin1 -t utf8 --notest.", path);
        for (string? at = Path.GetFullPath(path); at is not null; at = Path.GetDirectoryName(at))
            if (new FileInfo(at).LinkTarget is { } target && !Leads(at))
                throw new FileNotFoundException(
                    $"'{at}' is a symbolic link to '{target}', which does not exist; restore the target, or replace or remove the link.",
                    at);
    }

    /// <summary>Whether a name has the character that stands for bytes which are not UTF-8; a name may also have it itself.</summary>
    public static bool MayNotBeUtf8(string name) => name.Contains('\uFFFD');

    private static bool Leads(string link)
    {
        try
        {
            return AskLinux(link) is not null || File.ResolveLinkTarget(link, returnFinalTarget: true) is { } target &&
                Path.Exists(target.FullName);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Whether a path is a file with content, and no pipe or device, whose reader may wait forever or never come to an end, and no
    /// folder. True if it is not known: there is no such file, or the system is not Linux.</summary>
    public static bool IsRegular(string path) => FileFacts.Of(path, followsLinks: true) is not { IsRegular: false };

    /// <summary>Null if there is no such file, or nobody to ask.</summary>
    private static FileBehind? AskLinux(string path)
    {
        if (FileFacts.Of(path, followsLinks: true) is not { } facts)
            return null;
        string Time((long Seconds, uint Nanoseconds) at) => string.Create(CultureInfo.InvariantCulture, $"{at.Seconds}.{at.Nanoseconds}");
        return new(facts.Length, string.Create(
            CultureInfo.InvariantCulture, $"{facts.Length} {Time(facts.Modified)} {Time(facts.Changed)} {facts.Inode}"));
    }
}
