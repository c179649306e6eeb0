namespace SingleDarts.Core.Kernels;

/// <summary>a x + b for each channel.</summary>
/// <param name="Scale">a.</param>
/// <param name="Shift">b.</param>
internal sealed record AffineMap(double[] Scale, double[] Shift)
{
    /// <summary>x itself.</summary>
    /// <param name="channels">Number of channels.</param>
    public static AffineMap Identity(long channels) => new([.. Enumerable.Repeat(1.0, (int)channels)], new double[channels]);
}
