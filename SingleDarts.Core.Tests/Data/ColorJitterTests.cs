using CsCheck;
using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class ColorJitterTests
{
    private static readonly byte[] Colors = [200, 30, 90, 10, 240, 17, 128, 128, 128, 0, 0, 255, 255, 255, 0, 61, 75, 90];

    /// <summary>Pillow 9.4.0: <c>ImageEnhance.Brightness</c>, <c>Contrast</c> and <c>Color</c> of an image with one row of these colours.
    /// Pillow rounds gray and results to bytes.</summary>
    [Theory]
    [InlineData("Brightness", 0.6f, new[] { 120, 18, 54, 6, 144, 10, 76, 76, 76, 0, 0, 153, 153, 153, 0, 36, 45, 54 })]
    [InlineData("Brightness", 1.4f, new[] { 255, 42, 126, 14, 255, 23, 179, 179, 179, 0, 0, 255, 255, 255, 0, 85, 105, 126 })]
    [InlineData("Contrast", 0.6f, new[] { 166, 63, 100, 51, 190, 56, 122, 122, 122, 46, 46, 199, 199, 199, 46, 82, 91, 100 })]
    [InlineData("Contrast", 1.4f, new[] { 234, 0, 80, 0, 255, 0, 133, 133, 133, 0, 0, 255, 255, 255, 0, 39, 59, 80 })]
    [InlineData("Color", 0.6f, new[] { 155, 53, 89, 64, 202, 68, 128, 128, 128, 11, 11, 164, 243, 243, 90, 65, 74, 83 })]
    [InlineData("Color", 1.4f, new[] { 244, 6, 90, 0, 255, 0, 128, 128, 128, 0, 0, 255, 255, 255, 0, 56, 75, 96 })]
    public void Brightness_contrast_and_saturation_are_those_of_Pillow_before_its_rounding(string change, float factor, int[] expected)
    {
        float[] image = Planes(Colors.Select(c => c / 255f));
        Span<float> r = image.AsSpan(0, 6), g = image.AsSpan(6, 6), b = image.AsSpan(12, 6);
        if (change == "Color")
            ColorMath.Saturate(r, g, b, factor);
        else
            ColorMath.Blend(image, change == "Contrast" ? ColorMath.MeanGray(r, g, b) : 0, factor);
        float[] wanted = Planes(expected.Select(v => v / 255f));
        for (int i = 0; i < image.Length; i++)
            image[i].Should().BeApproximately(wanted[i], 1.3f / 255);
    }

    /// <summary>Python 3.11, <c>colorsys.rgb_to_hsv</c>, the hue plus the turn modulo 1, <c>hsv_to_rgb</c>.</summary>
    [Theory]
    [InlineData(0.2f, new[] { 0.784314, 0.682353, 0.117647, 0.039216, 0.733333, 0.941176, 0.501961, 0.501961, 0.501961, 1.0, 0.0, 0.8, 0.0,
        1.0, 0.2, 0.320784, 0.239216, 0.352941 })]
    [InlineData(-0.15f, new[] { 0.615686, 0.117647, 0.784314, 0.823529, 0.941176, 0.039216, 0.501961, 0.501961, 0.501961, 0.0, 0.9, 1.0,
        1.0, 0.1, 0.0, 0.239216, 0.352941, 0.309412 })]
    public void The_hue_is_that_of_colorsys(float turn, double[] expected)
    {
        float[] image = Planes(Colors.Select(c => c / 255f));
        ColorMath.TurnHue(image.AsSpan(0, 6), image.AsSpan(6, 6), image.AsSpan(12, 6), turn);
        float[] wanted = Planes(expected.Select(v => (float)v));
        for (int i = 0; i < image.Length; i++)
            image[i].Should().BeApproximately(wanted[i], 2e-6f);
    }

    [Fact]
    public void A_factor_is_uniform_around_one()
    {
        var (jitter, seeds) = (new ColorJitter { Brightness = 0.4 }, new SplitMixRandom(1));
        double[] factors = [.. Enumerable.Range(0, 5000)
            .Select(_ => Apply(jitter, [0.5f, 0.25f, 0.125f], (ulong)seeds.NextInt64())[1] / 0.25)];
        factors.Min().Should().BeInRange(0.6 - 1e-6, 0.602);
        factors.Max().Should().BeInRange(1.398, 1.4 + 1e-6);
        factors.Average().Should().BeApproximately(1, 0.01, "the standard error is 0.0033");
        Enumerable.Range(0, 200).Min(i => Apply(new() { Brightness = 3 }, [0.1f, 0.1f, 0.1f], (ulong)i)[0]).Should()
            .BeInRange(0, 0.01f, "a factor is not negative");
    }

    [Fact]
    public void A_constant_image_keeps_its_gray_under_contrast_and_saturation_and_its_extremes_under_hue() =>
        Gen.Select(Gen.Float[0.2f, 0.8f], Gen.Float[0.2f, 0.8f], Gen.Float[0.2f, 0.8f], Gen.ULong).Sample((r, g, b, seed) =>
        {
            float gray = 0.299f * r + 0.587f * g + 0.114f * b;
            float[] contrast = Apply(new() { Contrast = 0.2 }, [r, g, b], seed),
                saturation = Apply(new() { Saturation = 0.2 }, [r, g, b], seed);
            (0.299f * contrast[0] + 0.587f * contrast[1] + 0.114f * contrast[2]).Should().BeApproximately(gray, 1e-5f);
            contrast.Should().Equal(saturation, (x, y) => Math.Abs(x - y) < 1e-5f, "on one colour both are the distance to its gray");
            float[] hue = Apply(new() { Hue = 0.5 }, [r, g, b], seed);
            hue.Max().Should().BeApproximately(Math.Max(r, Math.Max(g, b)), 1e-6f);
            hue.Min().Should().BeApproximately(Math.Min(r, Math.Min(g, b)), 1e-6f);
            Apply(new() { Contrast = 1, Saturation = 1, Hue = 0.5 }, [r, r, r], seed).Should()
                .Equal([r, r, r], (x, y) => Math.Abs(x - y) < 1e-5f, "gray stays gray");
            Apply(new(), [r, g, b], seed).Should().Equal(r, g, b);
        }, iter: 500);

    [Fact]
    public void The_order_of_the_changes_is_random()
    {
        var results = Enumerable.Range(0, 400)
            .Select(i => Apply(new() { Brightness = 1, Saturation = 1 }, [0.9f, 0.7f, 0.1f], (ulong)i)).ToArray();
        // Red and green clamped to 1 by the brightness: a saturation after it moves both off 1, or lowers the blue.
        results.Should().Contain(v => v[0] == 1 && v[1] == 1 && v[2] > 0.2f && v[2] < 1, "in some the brightness is last");
        results.Should().Contain(v => v[0] < 1 && Math.Abs(v[0] - v[1]) < 1e-6f && v[2] < v[0] - 0.05f, "in some the saturation is last");
    }

    [Fact]
    public void A_flip_mirrors_half_of_the_images()
    {
        float[] Flipped(ulong seed)
        {
            float[] image = [.. Enumerable.Range(0, 18).Select(i => (float)i)];
            new HorizontalFlip().Apply(image, 2, 3, new SplitMixRandom(seed));
            return image;
        }
        var first = Enumerable.Range(0, 1000).Select(i => Flipped((ulong)i)).ToArray();
        first.Count(v => v[0] == 2).Should().BeInRange(450, 550, "the standard deviation is 16");
        first.First(v => v[0] == 2).Should().Equal(2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 17, 16, 15);
    }

    [Fact]
    public void Impossible_strengths_are_refused()
    {
        FluentActions.Invoking(() => new ColorJitter { Brightness = -0.1 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*Brightness*");
        FluentActions.Invoking(() => new ColorJitter { Contrast = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ColorJitter { Hue = 0.6 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0 to 0.5*");
    }

    private static float[] Apply(ColorJitter jitter, float[] color, ulong seed)
    {
        float[] image = [.. color];
        jitter.Apply(image, 1, 1, new SplitMixRandom(seed));
        return image;
    }

    private static float[] Planes(IEnumerable<float> colors)
    {
        float[] all = [.. colors];
        return [.. Enumerable.Range(0, 3).SelectMany(c => all.Where((_, i) => i % 3 == c))];
    }
}
