using System.Buffers.Binary;
using System.IO.Compression;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// IDX files, the format of MNIST (LeCun et al. 1998) and its successors: two zero bytes, a type byte, the number of dimensions, the
/// dimensions as big-endian 32-bit integers, then the values. Gzip is recognised by its first bytes, whatever the file's name.
/// </summary>
public static class IdxFiles
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Loads images [N, H, W] (as one channel) or [N, C, H, W] with their labels [N]; both files hold unsigned bytes.</summary>
    /// <param name="imagesPath">For example <c>train-images-idx3-ubyte.gz</c>.</param>
    /// <param name="labelsPath">For example <c>train-labels-idx1-ubyte.gz</c>.</param>
    /// <param name="classes">Number of classes; by default the largest label plus 1.</param>
    /// <param name="name">The dataset's name; by default the images' file name.</param>
    /// <param name="classNames">One name per class; by default the class numbers.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is empty, cut off, too long, damaged, of another type or dimension, the numbers of
    /// images
    /// and labels differ, or a label is out of range (its offset is named).</exception>
    public static ClassificationDataset Load(
        string imagesPath, string labelsPath, int? classes = null, string? name = null, IReadOnlyList<string>? classNames = null)
    {
        TorchRuntime.EnsureLoaded();
        var images = Read(imagesPath, "images", 3, 4);
        var labels = Read(labelsPath, "labels", 1, 1);
        if (images.Shape[0] != labels.Shape[0])
            throw new InvalidDataException($"'{imagesPath}' holds {images.Shape[0]} images and '{labelsPath}' {labels.Shape[0]} labels, " +
                "expected as many of each; check that both belong to the same part of the data.");
        byte[] values = labels.Content[labels.Start..];
        int count = classes ?? Math.Max(2, values.Max() + 1);
        int wrong = Array.FindIndex(values, v => v >= count);
        if (wrong >= 0)
            throw new InvalidDataException($"'{labelsPath}' has label {values[wrong]} at index {wrong} (offset {labels.Start + wrong}" +
                $"{(labels.Compressed ? " after decompression" : "")}), expected 0 to {count - 1}; correct the file or the number of " +
                "classes.");
        using var scope = NewDisposeScope();
        long[] shape = images.Shape.Length == 4 ? images.Shape : [images.Shape[0], 1, images.Shape[1], images.Shape[2]];
        var pixels = tensor(images.Content, ScalarType.Byte).narrow(0, images.Start, images.Content.Length - images.Start).reshape(
            shape).clone();
        return new(pixels, tensor(values, ScalarType.Int64), count, name ?? Path.GetFileName(imagesPath), classNames);
    }

    private static (byte[] Content, int Start, long[] Shape, bool Compressed) Read(string path, string what, int fewestDimensions,
        int mostDimensions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileBehind.RefuseBroken(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The {what} file '{path}' does not exist.", path);
        byte[] content = File.ReadAllBytes(path);
        bool compressed = content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        if (compressed)
            content = Decompress(content, path);

        string expected = $"an IDX file of unsigned bytes for {what}: bytes 00 00 08 {fewestDimensions:X2}";
        if (content.Length < 4)
            throw new InvalidDataException($"'{path}' has {content.Length} bytes, expected {expected} at its start; download it again.");
        int dimensions = content[3];
        if (content[0] != 0 || content[1] != 0 || content[2] != UnsignedByte || dimensions < fewestDimensions
            || dimensions > mostDimensions)
            throw new InvalidDataException($"'{path}' starts with {Convert.ToHexString(content, 0, 4)}, expected {expected}. " +
                "It is another file; check that images and labels are not exchanged.");
        int start = 4 + 4 * dimensions;
        if (content.Length < start)
            throw new InvalidDataException(
                $"'{path}' has {content.Length} bytes, expected {start} for its header alone; it is cut off, download it again.");
        long[] shape = [.. Enumerable.Range(0, dimensions)
            .Select(i => (long)BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4 + 4 * i)))];
        string size = string.Join(" x ", shape);
        if (shape.Contains(0))
            throw new InvalidDataException($"'{path}' says that it holds {size} values, expected at least one; download it again.");
        Int128 total = start + shape.Aggregate((Int128)1, (a, b) => a * b);
        if (total != content.Length)
            throw new InvalidDataException(
                $"'{path}' has {content.Length} bytes{(compressed ? " after decompression" : "")}, expected {total} " +
                $"({start} of header and {size} values); it is cut off or damaged, download it again.");
        return (content, start, shape, compressed);
    }

    private static byte[] Decompress(byte[] content, string path)
    {
        try
        {
            using var result = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress))
                gzip.CopyTo(result);
            return result.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"'{path}' starts like a gzip file but cannot be decompressed ({e.Message}); it is damaged, download it again.", e);
        }
    }
}
