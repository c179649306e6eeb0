using SkiaSharp;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Encoded images for tests.</summary>
internal static class TestImages
{
    /// <summary>Neighbouring pixels differ without an obvious order, so that every weight of a filter shows.</summary>
    public static SKColor Mixed(int x, int y) =>
        new((byte)(x * x * 7 + y * 13), (byte)(x * 29 + y * y * 5 + x * y), (byte)(x * y * 3 + x * 11 + y * 17));

    public static SKColor Smooth(int x, int y) => new((byte)(x / 8), (byte)(y / 8), (byte)((x + y) / 16));

    public static byte[] Encode(int width, int height, Func<int, int, SKColor>? color = null,
        SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        var pixels = new SKColor[width * height];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (color ?? Mixed)(i % width, i / width);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    public static byte[] Jpeg(int width, int height, Func<int, int, SKColor>? color = null) =>
        Encode(width, height, color ?? Smooth, SKEncodedImageFormat.Jpeg);

    /// <summary>The same JPEG file with another size in its header.</summary>
    public static byte[] Claiming(byte[] jpeg, int width, int height)
    {
        byte[] result = [.. jpeg];
        int frame = result.AsSpan().IndexOf<byte>([0xFF, 0xC0]);
        (result[frame + 5], result[frame + 6]) = ((byte)(height >> 8), (byte)height);
        (result[frame + 7], result[frame + 8]) = ((byte)(width >> 8), (byte)width);
        return result;
    }
}
