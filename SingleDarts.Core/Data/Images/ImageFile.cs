using SingleDarts.Core.Runtime;
using SkiaSharp;

namespace SingleDarts.Core.Data;

/// <summary>One JPEG or PNG file: its header is read, the pixels are not yet. Transparency is composed over black; colour profiles and
/// EXIF rotation are not applied.</summary>
internal sealed class ImageFile : IDisposable
{
    /// <summary>Four bytes a pixel must fit into one array.</summary>
    public const long LargestPixels = int.MaxValue / 4;

    /// <summary>That of JPEG. The weights of a resize take memory by the side, not by the pixel.</summary>
    private const int LongestSide = ushort.MaxValue;

    /// <summary>Thumbnails, profiles and other bytes of a file that are no pixels.</summary>
    private const int LargestText = 64 << 20;

    private readonly string file;
    private readonly long bytes;
    private readonly IDisposable memory;
    private readonly SKData data;
    private readonly SKCodec codec;

    private ImageFile(string file, long bytes, IDisposable memory, SKData data, SKCodec codec)
    {
        this.file = file;
        this.bytes = bytes;
        this.memory = memory;
        this.data = data;
        this.codec = codec;
    }

    public int Height => codec.Info.Height;

    public int Width => codec.Info.Width;

    /// <summary>Waits until the budget has room for the image, which is its own until it is disposed.</summary>
    /// <param name="file">The path.</param>
    /// <param name="budget">The memory that there is.</param>
    /// <param name="resized">The size that the image will be brought to.</param>
    /// <exception cref="InvalidDataException">No image, or one of more pixels than the budget has; rejected by its first bytes, before
    /// memory is taken or a decoder sees the file.</exception>
    /// <exception cref="InvalidOperationException">SkiaSharp's native library is missing or of another version.</exception>
    public static ImageFile Open(string file, PixelBudget budget, (int Height, int Width)? resized = null)
    {
        long length = FileBehind.Of(file).Length;
        if (length == 0)
            throw new InvalidDataException($"'{file}' is empty, expected a JPEG or PNG image; replace or remove it.");
        // No image takes more than 16-bit RGBA, but for its text.
        if (length > 8 * budget.Limit + (1 << 20))
            throw new InvalidDataException(
                $"'{file}' has {length} bytes, more than an image of the {budget.Limit} pixels that are allowed can have; replace or " +
            "remove it.");
        using var stream = BoundedFile.Open(file);
        if (ImageHeader.Read(stream) is not { } header)
            throw Refused("is no readable JPEG or PNG image");
        if (header.Pixels > budget.Limit)
            throw Refused($"claims {header.Width} x {header.Height} pixels, more than the {budget.Limit} that are allowed");
        if (Math.Max(header.Width, header.Height) > LongestSide)
            throw Refused($"claims {header.Width} x {header.Height} pixels, expected at most {LongestSide} on each side");
        if (length > 8 * header.Pixels + LargestText)
            throw Refused($"claims {header.Width} x {header.Height} pixels, too few for so large a file");
        IDisposable memory = budget.Take(header.Pixels + length / 2 + AreaResize.BytesOfWeights(header, resized) / 4);
        try
        {
            return Decoder(stream, length, memory, header) ?? throw Refused("is no readable JPEG or PNG image");
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        InvalidDataException Refused(string found) => new($"'{file}' ({length} bytes) {found}; replace or remove it.");
    }

    /// <summary>Null if the decoder does not take the file, or takes it for another image than its header says.</summary>
    private static ImageFile? Decoder(FileStream stream, long length, IDisposable memory, ImageHeader header)
    {
        byte[] content = new byte[length];
        stream.Position = 0;
        int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        var (data, codec) = SkiaLibrary.Require(() =>
        {
            var copy = SKData.CreateCopy(content.AsSpan(0, read));
            return (copy, SKCodec.Create(copy));
        });
        if (codec is not null && new ImageHeader(codec.Info.Width, codec.Info.Height) == header)
            return new(stream.Name, length, memory, data, codec);
        codec?.Dispose();
        data.Dispose();
        return null;
    }

    /// <summary>All pixels.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public DecodedImage Decode()
    {
        var image = new DecodedImage(Height, Width);
        var info = new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var result = codec.GetPixels(info, image.Address);
        if (result == SKCodecResult.Success)
            return image;
        image.Dispose();
        throw new InvalidDataException($"'{file}' ({bytes} bytes, {Width} x {Height} pixels) cannot be decoded to its end ({result}); " +
            "it is cut off or damaged, replace or remove it.");
    }

    public void Dispose()
    {
        codec.Dispose();
        data.Dispose();
        memory.Dispose();
    }
}
