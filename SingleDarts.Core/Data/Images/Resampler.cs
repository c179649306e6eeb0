using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Resamples pixels of four bytes: first along the rows, rounded to bytes, then along the columns (Pillow's
/// <c>Resample.c</c>).</summary>
internal static class Resampler
{
    /// <param name="rgba">The source, row by row.</param>
    /// <param name="stride">Pixels in a row of the source.</param>
    /// <param name="rows">Weights of the vertical axis.</param>
    /// <param name="columns">Weights of the horizontal axis.</param>
    /// <param name="planes">Receives red, green and blue on the 0..1 scale.</param>
    public static void Apply(ReadOnlySpan<byte> rgba, int stride, ResampleAxis rows, ResampleAxis columns, Span<float> planes)
    {
        var source = MemoryMarshal.Cast<byte, uint>(rgba);
        int top = rows.Firsts[0], height = rows.End - top, width = columns.Count;
        using Tensor between = empty([(long)height * width], ScalarType.Int32);
        var shrunk = MemoryMarshal.Cast<byte, uint>(Host.Bytes(between));
        for (int y = 0; y < height; y++)
        {
            var line = source.Slice((top + y) * stride, stride);
            for (int x = 0; x < width; x++)
                shrunk[y * width + x] = Sum(line[columns.Firsts[x]..], 1, columns.Weights(x));
        }
        int pixels = rows.Count * width;
        for (int y = 0; y < rows.Count; y++)
        {
            var lines = shrunk[((rows.Firsts[y] - top) * width)..];
            var weights = rows.Weights(y);
            for (int x = 0; x < width; x++)
            {
                uint pixel = Sum(lines[x..], width, weights);
                int at = y * width + x;
                planes[at] = (pixel & 255) / 255f;
                planes[pixels + at] = ((pixel >> 8) & 255) / 255f;
                planes[2 * pixels + at] = ((pixel >> 16) & 255) / 255f;
            }
        }
    }

    private static uint Sum(ReadOnlySpan<uint> pixels, int step, ReadOnlySpan<int> weights)
    {
        var sum = Vector128.Create(1 << (ResampleAxis.Bits - 1));
        for (int k = 0; k < weights.Length; k++)
            sum += Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(pixels[k * step]).AsByte())).AsInt32() * weights[k];
        var words = Vector128.Narrow((sum >> ResampleAxis.Bits).AsUInt32(), Vector128<uint>.Zero);
        return Vector128.Narrow(words, Vector128<ushort>.Zero).AsUInt32().ToScalar();
    }
}
