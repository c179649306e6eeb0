namespace SingleDarts.Core.Data;

/// <summary>What becomes of an image's pixels: the rectangle is cut out, resized, and the centre of the result is kept.</summary>
/// <param name="Top">First row, at least 0.</param>
/// <param name="Left">First column, at least 0.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Columns, at least 1.</param>
public readonly record struct CropWindow(int Top, int Left, int Height, int Width)
{
    /// <summary>The size that the rectangle is resized to, at least <see cref="IImageCrop.Size"/>; of it, the centre of that size is
    /// kept.</summary>
    /// <value>Null by default: <see cref="IImageCrop.Size"/>, so that nothing is cut off.</value>
    public (int Height, int Width)? Resized { get; init; }
}
