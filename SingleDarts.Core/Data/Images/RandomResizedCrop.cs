namespace SingleDarts.Core.Data;

/// <summary>
/// A random part of random area and shape, resized: the training crop of ImageNet (Szegedy et al. 2015, arXiv:1409.4842; torchvision's
/// <c>RandomResizedCrop</c>). The area is a uniform share of the image's, the logarithm of the ratio width / height is uniform. After ten
/// draws that do not fit into the image, the largest central part with a ratio in the range is taken.
/// </summary>
public sealed record RandomResizedCrop : IImageCrop
{
    private const int Tries = 10;
    private readonly int side;
    private (double Smallest, double Largest) scale = (0.08, 1);
    private (double Smallest, double Largest) ratio = (3.0 / 4, 4.0 / 3);

    /// <summary>A crop to squares.</summary>
    /// <param name="side">Height and width of the result in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side below 1.</exception>
    public RandomResizedCrop(int side = 224)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        this.side = side;
    }

    /// <inheritdoc/>
    public (int Height, int Width) Size => (side, side);

    /// <summary>Range of the part's area, as a share of the image's.</summary>
    /// <value>0.08 to 1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">No range within (0, 1].</exception>
    public (double Smallest, double Largest) Scale
    {
        get => scale;
        init => scale = value is { Smallest: > 0, Largest: <= 1 } && value.Smallest <= value.Largest ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a Scale of 0 < smallest <= largest <= 1.");
    }

    /// <summary>Range of the part's width divided by its height.</summary>
    /// <value>3/4 to 4/3 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">No finite range above 0.</exception>
    public (double Smallest, double Largest) Ratio
    {
        get => ratio;
        init => ratio = value.Smallest > 0 && value.Smallest <= value.Largest && double.IsFinite(value.Largest) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a Ratio of 0 < smallest <= largest, both finite.");
    }

    /// <inheritdoc/>
    public CropWindow Choose(int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        for (int i = 0; i < Tries; i++)
        {
            double area = (double)height * width * Uniform(scale.Smallest, scale.Largest);
            double shape = Math.Exp(Uniform(Math.Log(ratio.Smallest), Math.Log(ratio.Largest)));
            double w = Math.Round(Math.Sqrt(area * shape)), h = Math.Round(Math.Sqrt(area / shape));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
                return new(random.Next(height - (int)h + 1), random.Next(width - (int)w + 1), (int)h, (int)w);
        }
        return Central(height, width);

        double Uniform(double low, double high) => low + (high - low) * random.NextDouble();
    }

    private CropWindow Central(int height, int width)
    {
        double shape = (double)width / height;
        int h = shape < ratio.Smallest ? Math.Max(1, (int)Math.Round(width / ratio.Smallest)) : height;
        int w = shape > ratio.Largest ? Math.Max(1, (int)Math.Round(height * ratio.Largest)) : width;
        return new((height - h) / 2, (width - w) / 2, h, w);
    }
}
