namespace SingleDarts.Core.Data;

/// <summary>Changes one image after it was brought to its size and before it is normalised.</summary>
public interface IImageTransform
{
    /// <summary>Changes the image in place. Called from several threads at the same time.</summary>
    /// <param name="planes">Red, green and blue planes, each of <paramref name="height"/> x <paramref name="width"/> values row by row,
    /// on the 0..1 scale.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="random">The only source of randomness, for this image alone.</param>
    void Apply(Span<float> planes, int height, int width, Random random);
}
