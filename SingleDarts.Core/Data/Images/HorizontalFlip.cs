namespace SingleDarts.Core.Data;

/// <summary>Mirrors an image left to right with probability 1/2.</summary>
/// <remarks>
/// For one decoded image, as a step of <see cref="ImageFolderSourceOptions.Transforms"/>, where its place among the steps decides the
/// result. <see cref="ImageAugmentation.HorizontalFlip"/> mirrors a whole batch in memory, on its device and in one gather with the crop.
/// </remarks>
public sealed record HorizontalFlip : IImageTransform
{
    /// <inheritdoc/>
    public void Apply(Span<float> planes, int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (random.Next(2) == 0)
            return;
        for (int row = 0; row < planes.Length; row += width)
            planes.Slice(row, width).Reverse();
    }
}
