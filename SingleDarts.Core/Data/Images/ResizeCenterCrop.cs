namespace SingleDarts.Core.Data;

/// <summary>The shorter side is resized to a fixed length, the aspect ratio kept, and the central square is taken: the test crop of
/// ImageNet (torchvision's <c>Resize</c> and <c>CenterCrop</c>).</summary>
public sealed record ResizeCenterCrop : IImageCrop
{
    private readonly int shortSide;
    private readonly int side;

    /// <summary>A crop to squares.</summary>
    /// <param name="shortSide">Length in pixels that the shorter side is resized to, at least <paramref name="side"/>.</param>
    /// <param name="side">Height and width of the result in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length below its least.</exception>
    public ResizeCenterCrop(int shortSide = 256, int side = 224)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, side);
        (this.shortSide, this.side) = (shortSide, side);
    }

    /// <inheritdoc/>
    public (int Height, int Width) Size => (side, side);

    /// <inheritdoc/>
    public CropWindow Choose(int height, int width, Random random)
    {
        int Scaled(int length) => (int)((long)shortSide * length / Math.Min(height, width));
        return new(0, 0, height, width) { Resized = (Scaled(height), Scaled(width)) };
    }
}
