namespace SingleDarts.Core.Data;

/// <summary>
/// The weights of one axis of a resampling with the triangle filter, which is as wide as one result pixel where the image shrinks
/// (area-aware, no aliasing) and as one source pixel where it grows (bilinear). Weights are integers with 22 bits after the point, as in
/// Pillow's <c>Resample.c</c>, so that results are those of Pillow bit for bit and the same on every machine.
/// </summary>
internal sealed class ResampleAxis
{
    public const int Bits = 22;
    private readonly int[] weights;
    private readonly int[] counts;
    private readonly int width;

    /// <summary>Resizes <paramref name="length"/> source pixels from <paramref name="start"/> on to <paramref name="resized"/> pixels,
    /// of which the
    /// central <paramref name="count"/> are wanted. Source pixels outside the interval are not looked at.</summary>
    public ResampleAxis(int start, int length, int resized, int count)
    {
        int skip = (int)Math.Round((resized - count) / 2.0);
        double scale = (double)length / resized, support = Math.Max(1, scale);
        width = 2 * (int)Math.Ceiling(support) + 1;
        (Firsts, counts, weights) = (new int[count], new int[count], new int[count * width]);
        var exact = new double[width];
        for (int i = 0; i < count; i++)
        {
            double centre = (skip + i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - support + 0.5));
            int taps = Math.Min(length, (int)(centre + support + 0.5)) - first;
            double sum = 0;
            for (int k = 0; k < taps; k++)
                sum += exact[k] = Math.Max(0, 1 - Math.Abs((first + k - centre + 0.5) / support));
            for (int k = 0; k < taps; k++)
                weights[i * width + k] = (int)(0.5 + exact[k] / sum * (1 << Bits));
            (Firsts[i], counts[i]) = (start + first, taps);
        }
    }

    /// <summary>For each result pixel, the first source pixel that counts.</summary>
    public int[] Firsts { get; }

    public int Count => Firsts.Length;

    /// <summary>One more than the last source pixel that counts for any result pixel.</summary>
    public int End => Firsts[^1] + counts[^1];

    public ReadOnlySpan<int> Weights(int pixel) => weights.AsSpan(pixel * width, counts[pixel]);
}
