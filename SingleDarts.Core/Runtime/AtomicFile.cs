using System.Text;

namespace SingleDarts.Core.Runtime;

/// <summary>Files that appear whole or not at all: written beside their place under a random name, flushed to disk, renamed.</summary>
internal static class AtomicFile
{
    private const string Temporary = ".tmp";

    /// <summary>Writes a file; one that exists is replaced by one of the same permissions.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="write">Writes the content to a stream that can seek.</param>
    /// <param name="isPrivate">Whether nobody but this user may read it.</param>
    /// <exception cref="IOException">The file cannot be written, or is a symbolic link; an existing one is untouched and nothing is left
    /// over.</exception>
    public static void Write(string path, Action<Stream> write, bool isPrivate = false)
    {
        GuardedFolder.RefuseLink(path);
        string written = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}{Temporary}";
        try
        {
            using (var stream = new FileStream(written, New(path, isPrivate)))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(written, path, overwrite: true);
        }
        catch (Exception e)
        {
            Discard(written);
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            throw new IOException(
                $"{path} cannot be written: {e.Message} A file that was there is untouched; free some space, make the folder or make it " +
                "writable.", e);
        }
    }

    /// <summary>Writes a text file in UTF-8.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream}, bool)"/>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes what writers that were killed left in a folder. Nobody may be writing there.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    public static void DiscardLeftovers(string folder)
    {
        if (Directory.Exists(folder))
            foreach (string file in Directory.GetFiles(folder, "*" + Temporary).Where(HasRandomName))
                Discard(file);
    }

    /// <summary>A file that was made private stays so.</summary>
    private static FileStreamOptions New(string path, bool isPrivate)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 20,
        };
        if (!OperatingSystem.IsWindows() && (isPrivate || File.Exists(path)))
            options.UnixCreateMode = isPrivate ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(path);
        return options;
    }

    private static bool HasRandomName(string file) =>
        Guid.TryParseExact(Path.GetExtension(Path.GetFileNameWithoutExtension(file)).TrimStart('.'), "N", out _);

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
