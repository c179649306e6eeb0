using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>One JPEG or PNG file to planar bytes [C, H, W].</summary>
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
        return new(Host.Numbers<byte>(resized), image.Channels, size.Height, size.Width);
    }

    private static Image Planes(string file, bool grayscale)
    {
        using var opened = ImageFile.Open(file, ImageFile.LargestPixels);
        using var image = opened.Decode();
        return new(grayscale ? Luma(image.Rgba) : Rgb(image.Rgba), grayscale ? 1 : 3, image.Height, image.Width);
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
