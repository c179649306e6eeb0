using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>One JPEG or PNG file to planar bytes.</summary>
internal static class ImageDecoder
{
    /// <returns>[C, H, W] of unsigned bytes, which the caller disposes.</returns>
    public static Tensor Decode(string file, ImageFolderOptions options, PixelBudget budget)
    {
        using var opened = ImageFile.Open(file, budget, options.Resize);
        var planes = Planes(opened, options.Grayscale);
        if (options.Resize is not { } size || size == (opened.Height, opened.Width))
            return planes;
        using (planes)
        {
            using var scope = NewDisposeScope();
            return AreaResize.Apply(planes.unsqueeze(0), size.Height, size.Width).squeeze(0).DetachFromDisposeScope();
        }
    }

    private static Tensor Planes(ImageFile opened, bool grayscale)
    {
        using var image = opened.Decode();
        var planes = empty([grayscale ? 1 : 3, image.Height, image.Width], ScalarType.Byte).DetachFromDisposeScope();
        if (grayscale)
            Luma(image.Rgba, Host.Bytes(planes));
        else
            Rgb(image.Rgba, Host.Bytes(planes));
        return planes;
    }

    private static void Rgb(ReadOnlySpan<byte> rgba, Span<byte> planes)
    {
        int pixels = rgba.Length / 4;
        for (int i = 0; i < pixels; i++)
            (planes[i], planes[pixels + i], planes[2 * pixels + i]) = (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
    }

    private static void Luma(ReadOnlySpan<byte> rgba, Span<byte> plane)
    {
        for (int i = 0; i < plane.Length; i++)
            plane[i] = (byte)((299 * rgba[4 * i] + 587 * rgba[4 * i + 1] + 114 * rgba[4 * i + 2] + 500) / 1000);
    }
}
