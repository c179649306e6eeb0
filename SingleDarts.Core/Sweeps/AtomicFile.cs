using System.Text;

namespace SingleDarts.Core.Sweeps;

/// <summary>Text files that appear whole or not at all.</summary>
internal static class AtomicFile
{
    /// <exception cref="IOException">The file cannot be written; one that was there is untouched and nothing is left over.</exception>
    public static void Write(string path, string text)
    {
        string written = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(written, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            File.Move(written, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(written);
            throw new IOException($"{path} cannot be written: {e.Message} Free some space or make the folder writable.", e);
        }
    }

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
