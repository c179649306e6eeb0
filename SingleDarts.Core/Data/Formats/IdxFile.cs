using System.Buffers.Binary;
using System.IO.Compression;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>One IDX file whose header was read; <see cref="Read"/> takes memory for what the header says, and for no more.</summary>
internal sealed class IdxFile : IDisposable
{
    private const byte UnsignedByte = 0x08;
    private const long ChunkBytes = 1 << 26;

    private readonly string path;
    private readonly FileStream file;
    private readonly Stream content;

    private IdxFile(string path, FileStream file)
    {
        this.path = path;
        this.file = file;
        Span<byte> start = stackalloc byte[2];
        IsCompressed = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        file.Position = 0;
        content = IsCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    public long[] Shape { get; private set; } = [];

    /// <summary>Where the values begin, in bytes.</summary>
    public int Start => 4 + 4 * Shape.Length;

    public bool IsCompressed { get; }

    private Int128 Values => Shape.Aggregate((Int128)1, (a, b) => a * b);

    /// <exception cref="InvalidDataException">The header is not that of such a file, or says more than
    /// <see cref="ReadLimits.TensorBytes"/>.</exception>
    public static IdxFile Open(string path, string what, int fewestDimensions, int mostDimensions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileBehind.RefuseBroken(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The {what} file '{path}' does not exist.", path);
        var opened = new IdxFile(path, BoundedFile.Open(path));
        try
        {
            opened.ReadHeader(what, fewestDimensions, mostDimensions);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The values as unsigned bytes of <see cref="Shape"/>.</summary>
    /// <exception cref="InvalidDataException">There are fewer or more than the header says.</exception>
    public Tensor Read()
    {
        var values = empty(Shape, ScalarType.Byte);
        using var flat = values.view(-1);
        long count = flat.numel(), read = 0;
        for (long at = 0; at < count && read == at; at += ChunkBytes)
        {
            using var chunk = flat.narrow(0, at, Math.Min(ChunkBytes, count - at));
            read += Next(Host.Bytes(chunk));
        }
        Span<byte> more = stackalloc byte[1];
        if (read == count && Next(more) == 0)
            return values;
        throw new InvalidDataException(
            $"'{path}' has {(read < count ? Start + read : $"more than {Start + read}")} bytes" +
            $"{(IsCompressed ? " after decompression" : "")}, expected {Start + count} ({Start} of header and " +
            $"{string.Join(" x ", Shape)} values); it is cut off or damaged, download it again.");
    }

    public void Dispose()
    {
        content.Dispose();
        file.Dispose();
    }

    private void ReadHeader(string what, int fewestDimensions, int mostDimensions)
    {
        string expected = $"an IDX file of unsigned bytes for {what}: bytes 00 00 08 {fewestDimensions:X2}";
        Span<byte> head = stackalloc byte[4];
        int found = Next(head);
        if (found < 4)
            throw new InvalidDataException($"'{path}' has {found} bytes, expected {expected} at its start; download it again.");
        int dimensions = head[3];
        if (head[0] != 0 || head[1] != 0 || head[2] != UnsignedByte || dimensions < fewestDimensions || dimensions > mostDimensions)
            throw new InvalidDataException($"'{path}' starts with {Convert.ToHexString(head)}, expected {expected}. " +
                "It is another file; check that images and labels are not exchanged.");
        byte[] sizes = new byte[4 * dimensions];
        if (Next(sizes) is var read && read < sizes.Length)
            throw new InvalidDataException(
                $"'{path}' has {4 + read} bytes, expected {4 + sizes.Length} for its header alone; it is cut off, download it again.");
        Shape = [.. Enumerable.Range(0, dimensions).Select(i => (long)BinaryPrimitives.ReadUInt32BigEndian(sizes.AsSpan(4 * i)))];
        if (Shape.Contains(0))
            throw new InvalidDataException(
                $"'{path}' says that it holds {string.Join(" x ", Shape)} values, expected at least one; download it again.");
        if (!IsCompressed && Start + Values != file.Length)
            throw new InvalidDataException(
                $"'{path}' has {file.Length} bytes, expected {Start + Values} ({Start} of header and {string.Join(" x ", Shape)} " +
                "values); it is cut off or damaged, download it again.");
        ReadLimits.TensorBytes.Require(Values, $"'{path}'");
    }

    private int Next(Span<byte> bytes)
    {
        try
        {
            return content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"'{path}' starts like a gzip file but cannot be decompressed ({e.Message}); it is damaged, download it again.", e);
        }
    }
}
