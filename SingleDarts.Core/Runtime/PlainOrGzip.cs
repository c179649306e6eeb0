using System.IO.Compression;

namespace SingleDarts.Core.Runtime;

/// <summary>Text files that may be compressed by gzip, which is told by the content and not by the name.</summary>
internal static class PlainOrGzip
{
    /// <summary>Opens a file to read; the caller disposes the reader, and the file with it.</summary>
    /// <param name="path">The file.</param>
    public static StreamReader Open(string path)
    {
        FileStream file = BoundedFile.Open(path);
        try
        {
            bool isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            return new StreamReader(isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
