using CsCheck;
using SingleDarts.Core.Data;

namespace SingleDarts.Core.Tests.Data;

public class ImageCropTests
{
    [Fact]
    public void A_random_crop_is_inside_the_image_and_its_area_and_shape_are_in_their_ranges() =>
        Gen.Select(Gen.Int[1, 900], Gen.Int[1, 900], Gen.Double[0.01, 1], Gen.Double[0.01, 1], Gen.ULong)
            .Sample((height, width, a, b, seed) =>
        {
            var crop = new RandomResizedCrop(7) { Scale = (Math.Min(a, b), Math.Max(a, b)) };
            var w = crop.Choose(height, width, new SplitMixRandom(seed));
            w.Resized.Should().BeNull();
            w.Top.Should().BeInRange(0, height - w.Height);
            w.Left.Should().BeInRange(0, width - w.Width);
            (w.Height >= 1 && w.Width >= 1).Should().BeTrue();
            // A side is rounded to whole pixels, so area and shape are met by a rectangle at most half a pixel away.
            double area = (double)height * width;
            bool fits = (w.Height + 0.5) * (w.Width + 0.5) >= crop.Scale.Smallest * area &&
                (w.Height - 0.5) * (w.Width - 0.5) <= crop.Scale.Largest * area
                && (w.Width + 0.5) / (w.Height - 0.5) >= 0.75 && (w.Width - 0.5) / (w.Height + 0.5) <= 4.0 / 3;
            (fits || IsCentral(w, height, width)).Should().BeTrue("{0} of {1} x {2} is no draw and not central", w, height, width);
        }, iter: 5000);

    [Fact]
    public void The_area_is_uniform_and_the_shape_uniform_in_its_logarithm()
    {
        var random = new SplitMixRandom(5);
        var crop = new RandomResizedCrop { Scale = (0.1, 0.5) };
        var windows = Enumerable.Range(0, 20_000).Select(_ => crop.Choose(2000, 2000, random)).ToArray();
        windows.Average(w => (double)w.Height * w.Width / 4e6).Should().BeApproximately(0.3, 0.0025, "the standard error is 0.0008");
        windows.Average(w => Math.Log((double)w.Width / w.Height)).Should().BeApproximately(0, 0.0036, "the standard error is 0.0012");
        windows.Average(w => Math.Pow(Math.Log((double)w.Width / w.Height), 2)).Should()
            .BeApproximately(Math.Pow(Math.Log(4.0 / 3), 2) / 3, 0.0006);
        windows.Average(w => (double)w.Top / (2000 - w.Height)).Should().BeApproximately(0.5, 0.006, "the standard error is 0.002");
    }

    [Theory]
    [InlineData(100, 1000, 0, 433, 100, 133)]
    [InlineData(1000, 100, 433, 0, 133, 100)]
    [InlineData(1, 50, 0, 24, 1, 1)]
    [InlineData(100, 120, 0, 0, 100, 120)]
    public void Where_no_draw_fits_the_largest_central_part_is_taken(int height, int width, int top, int left, int partHeight,
        int partWidth)
    {
        // The whole area in another shape never fits into the image.
        var crop = new RandomResizedCrop { Scale = (1, 1), Ratio = width == 120 ? (1.0001, 4.0 / 3) : (0.75, 4.0 / 3) };
        crop.Choose(height, width, width == 120 ? new Highest() : new SplitMixRandom(1)).Should()
            .Be(new CropWindow(top, left, partHeight, partWidth));
    }

    [Fact]
    public void The_test_crop_keeps_the_aspect_ratio()
    {
        new ResizeCenterCrop(256, 224).Choose(375, 500, new SplitMixRandom(0)).Should()
            .Be(new CropWindow(0, 0, 375, 500) { Resized = (256, 341) });
        new ResizeCenterCrop(256, 224).Choose(500, 375, new SplitMixRandom(0)).Should()
            .Be(new CropWindow(0, 0, 500, 375) { Resized = (341, 256) });
    }

    [Fact]
    public void Impossible_ranges_are_refused()
    {
        FluentActions.Invoking(() => new RandomResizedCrop(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RandomResizedCrop { Scale = (0, 1) }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RandomResizedCrop { Ratio = (2, 1) }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ResizeCenterCrop(200, 224)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static bool IsCentral(CropWindow w, int height, int width) =>
        w.Top == (height - w.Height) / 2 && w.Left == (width - w.Width) / 2 && (w.Height == height || w.Width == width);

    private sealed class Highest : Random
    {
        public override double NextDouble() => 1 - 1e-12;
    }
}
