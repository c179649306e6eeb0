namespace SingleDarts.Core.Data;

/// <summary>Mirrors an image left to right with probability 1/2.</summary>
public sealed record HorizontalFlip : IImageTransform
{
    /// <inheritdoc/>
    public void Apply(Span<float> planes, int height, int width, Random random)
    {
        if (random.Next(2) == 0)
            return;
        for (int row = 0; row < planes.Length; row += width)
            planes.Slice(row, width).Reverse();
    }
}
