namespace SingleDarts.Core.Data;

/// <summary>
/// Random brightness, contrast, saturation and hue, in random order (torchvision's <c>ColorJitter</c>). A strength s of the first three
/// draws a factor uniformly from [max(0, 1 − s), 1 + s]; the hue is turned by a uniform share of the full circle in [−<see cref="Hue"/>,
/// <see cref="Hue"/>]. Values are clamped to 0..1 after each of them and not rounded.
/// </summary>
/// <remarks>DARTS trains on ImageNet with 0.4, 0.4, 0.4 and a hue of 0.2 (<c>train_imagenet.py</c>). Gray is 0.299 R + 0.587 G + 0.114 B
/// (ITU-R BT.601), contrast is about the mean gray of the image.</remarks>
public sealed record ColorJitter : IImageTransform
{
    private double brightness;
    private double contrast;
    private double saturation;
    private double hue;

    /// <summary>Strength of the factor on all values.</summary>
    /// <value>0 by default: unchanged.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Brightness { get => brightness; init => brightness = Strength(value, nameof(Brightness)); }

    /// <summary>Strength of the factor on the distance to the image's mean gray.</summary>
    /// <value>0 by default: unchanged.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Contrast { get => contrast; init => contrast = Strength(value, nameof(Contrast)); }

    /// <summary>Strength of the factor on the distance to each pixel's gray.</summary>
    /// <value>0 by default: unchanged.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Saturation { get => saturation; init => saturation = Strength(value, nameof(Saturation)); }

    /// <summary>Largest turn of the hue, as a share of the full circle.</summary>
    /// <value>0 by default: unchanged.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside [0, 0.5].</exception>
    public double Hue
    {
        get => hue;
        init => hue = value is >= 0 and <= 0.5 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a Hue of 0 to 0.5.");
    }

    /// <inheritdoc/>
    public void Apply(Span<float> planes, int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        int pixels = height * width;
        Span<float> red = planes[..pixels], green = planes.Slice(pixels, pixels), blue = planes.Slice(2 * pixels, pixels);
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        foreach (int step in order)
            switch (step)
            {
                case 0 when brightness > 0:
                    ColorMath.Blend(planes, 0, Factor(brightness));
                    break;
                case 1 when contrast > 0:
                    ColorMath.Blend(planes, ColorMath.MeanGray(red, green, blue), Factor(contrast));
                    break;
                case 2 when saturation > 0:
                    ColorMath.Saturate(red, green, blue, Factor(saturation));
                    break;
                case 3 when hue > 0:
                    ColorMath.TurnHue(red, green, blue, (float)(hue * (2 * random.NextDouble() - 1)));
                    break;
            }

        float Factor(double strength)
        {
            double low = Math.Max(0, 1 - strength);
            return (float)(low + (1 + strength - low) * random.NextDouble());
        }
    }

    private static double Strength(double value, string name) => value >= 0 && double.IsFinite(value) ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected a finite {name} of at least 0.");
}
