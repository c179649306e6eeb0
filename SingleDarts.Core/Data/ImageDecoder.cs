using SkiaSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>One JPEG or PNG file to planar bytes [C, H, W]. Transparency is composed over black; colour profiles are not applied.</summary>
internal static class ImageDecoder
{
    public sealed record Image(byte[] Planes, int Channels, int Height, int Width);

    public static Image Decode(string file, ImageFolderOptions options)
    {
        var image = Planes(file, options.Grayscale);
        if (options.Resize is not { } size || size == (image.Height, image.Width))
            return image;
        using var scope = NewDisposeScope();
        var resized = AreaResize.Apply(tensor(image.Planes, [1, image.Channels, image.Height, image.Width]), size.Height, size.Width);
        return new(resized.data<byte>().ToArray(), image.Channels, size.Height, size.Width);
    }

    private static Image Planes(string file, bool grayscale)
    {
        byte[] content = File.ReadAllBytes(file);
        if (content.Length == 0)
            throw new InvalidDataException($"'{file}' is empty, expected a JPEG or PNG image; replace or remove it.");
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data)
            ?? throw new InvalidDataException($"'{file}' ({content.Length} bytes) is no readable JPEG or PNG image; replace or remove it.");
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidDataException($"'{file}' ({content.Length} bytes, {info.Width} x {info.Height} pixels) cannot be decoded to its end " +
                $"({result}); it is cut off or damaged, replace or remove it.");
        // SkiaSharp 2 and 3 both have this member; applications may bring either.
        byte[] rgba = bitmap.Bytes;
        return new(grayscale ? Luma(rgba) : Rgb(rgba), grayscale ? 1 : 3, info.Height, info.Width);
    }

    private static byte[] Rgb(ReadOnlySpan<byte> rgba)
    {
        int pixels = rgba.Length / 4;
        byte[] planes = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++)
            (planes[i], planes[pixels + i], planes[2 * pixels + i]) = (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
        return planes;
    }

    private static byte[] Luma(ReadOnlySpan<byte> rgba)
    {
        byte[] plane = new byte[rgba.Length / 4];
        for (int i = 0; i < plane.Length; i++)
            plane[i] = (byte)((299 * rgba[4 * i] + 587 * rgba[4 * i + 1] + 114 * rgba[4 * i + 2] + 500) / 1000);
        return plane;
    }
}
