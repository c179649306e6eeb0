using System.Buffers;
using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using SkiaSharp;

namespace SingleDarts.Core.Data;

/// <summary>One JPEG or PNG file: its header is read, the pixels are not yet. Transparency is composed over black; colour profiles and
/// EXIF rotation are not applied.</summary>
internal sealed class ImageFile : IDisposable
{
    /// <summary>Four bytes a pixel must fit into one array.</summary>
    public const long LargestPixels = int.MaxValue / 4;

    private readonly string file;
    private readonly long bytes;
    private readonly SKData data;
    private readonly SKCodec codec;

    private ImageFile(string file, long bytes, SKData data, SKCodec codec) =>
        (this.file, this.bytes, this.data, this.codec) = (file, bytes, data, codec);

    public int Height => codec.Info.Height;

    public int Width => codec.Info.Width;

    /// <exception cref="InvalidDataException">No image, or one of more than <paramref name="maxPixels"/> pixels.</exception>
    public static ImageFile Open(string file, long maxPixels)
    {
        long length = FileBehind.Of(file).Length;
        if (length == 0)
            throw new InvalidDataException($"'{file}' is empty, expected a JPEG or PNG image; replace or remove it.");
        // No image takes more than 16-bit RGBA, but for its text.
        if (length > 8 * maxPixels + (1 << 20))
            throw new InvalidDataException(
                $"'{file}' has {length} bytes, more than an image of the {maxPixels} pixels that are allowed can have; replace or " +
            "remove it.");
        var data = SKData.CreateCopy(File.ReadAllBytes(file));
        var image = SKCodec.Create(data) is { } codec ? new ImageFile(file, length, data, codec) : null;
        if (image is not null && (long)image.Width * image.Height <= maxPixels)
            return image;
        string found = image is null ? "is no readable JPEG or PNG image"
            : $"claims {image.Width} x {image.Height} pixels, more than the {maxPixels} that are allowed";
        image?.Dispose();
        data.Dispose();
        throw new InvalidDataException($"'{file}' ({length} bytes) {found}; replace or remove it.");
    }

    /// <summary>All pixels.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public DecodedImage Decode()
    {
        byte[] rgba = ArrayPool<byte>.Shared.Rent(4 * Height * Width);
        var image = new DecodedImage(rgba, Height, Width);
        var pinned = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        var info = new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var result = codec.GetPixels(info, pinned.AddrOfPinnedObject());
        pinned.Free();
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
    }
}
