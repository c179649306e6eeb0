using SingleDarts.Core.Runtime;
using CsCheck;
using SingleDarts.Core.Data;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class ImageAugmentationTests
{
    [Fact]
    public void A_batch_equals_a_loop_over_images_and_pixels()
    {
        var gen = Gen.Select(Gen.Int[1, 7], Gen.Int[1, 4], Gen.Int[3, 9], Gen.Int[3, 9]).SelectMany(shape =>
            Gen.Select(Gen.Const(shape), Gen.Bool, Gen.Int[0, 4], Gen.Int[0, 5], Gen.ULong[0, 1000]));
        gen.Sample((shape, flip, padding, cutout, seed) =>
        {
            var (n, c, h, w) = shape;
            using var scope = NewDisposeScope();
            var statistics = new Normalization([.. Enumerable.Range(0, c).Select(i => 0.1 * i + 0.2)],
                [.. Enumerable.Range(0, c).Select(i => 0.2 + 0.1 * i)]);
            var augmentation = new ImageAugmentation { HorizontalFlip = flip, CropPadding = padding, CutoutLength = cutout,
                Normalization = statistics };
            var images = randint(256, [n, c, h, w], ScalarType.Byte);
            using var generator = new Generator(seed, CPU);
            using var same = new Generator(seed, CPU);
            double[] batch = [.. augmentation.Apply(images, generator, ScalarType.Float64).data<double>()];
            double[] loop = Loop(images, augmentation, same);
            for (int i = 0; i < loop.Length; i++)
                batch[i].Should().BeApproximately(loop[i], 1e-12);
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void Values_are_divided_and_rounded_once_as_IEEE_754_has_it()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1UL, CPU);
        var bytes = TensorArithmetic.Range(256, ScalarType.Byte).view(1, 1, 16, 16);
        float[] scaled = [.. ImageAugmentation.None.Apply(bytes, generator, ScalarType.Float32).data<float>()];
        scaled.Should().Equal(Enumerable.Range(0, 256).Select(b => b / 255f), "a product with the rounded 1/255 is another number");
        var normalization = new Normalization([0.3], [0.7]);
        float[] normalized = [.. ImageAugmentation.NormalizeOnly(normalization).Apply(bytes, generator, ScalarType.Float32).data<float>()];
        normalized.Should().Equal(Enumerable.Range(0, 256).Select(b => (b - (float)(0.3 * 255)) / (float)(0.7 * 255)));
    }

    [Fact]
    public void A_normalization_serves_batches_of_every_type_in_turn()
    {
        var kept = ImageAugmentation.NormalizeOnly(new Normalization([0.3], [0.7]));
        var bytes = TensorArithmetic.Range(256, ScalarType.Byte).view(1, 1, 16, 16);
        for (int round = 0; round < 2; round++)
            foreach (var (images, type) in new[]
            {
                (bytes, ScalarType.Float32), (bytes, ScalarType.Float64),
                (bytes.Over(255), ScalarType.Float32), (bytes.Over(255), ScalarType.Float64),
            })
            {
                using var scope = NewDisposeScope();
                using var generator = new Generator(1UL, CPU);
                var fresh = ImageAugmentation.NormalizeOnly(new Normalization([0.3], [0.7]));
                kept.Apply(images, generator, type).Equals(fresh.Apply(images, generator, type)).Should().BeTrue();
                kept.Should().Be(fresh, "what is kept for a device is no part of a setting");
            }
    }

    /// <summary>The definition, pixel by pixel; draws in the order flip, top, left, cutout row, cutout column.</summary>
    private static double[] Loop(Tensor images, ImageAugmentation a, Generator generator)
    {
        var (n, c, h, w) = ((int)images.shape[0], (int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        long[] Draw(long high) => [.. randint(high, [n, 1], ScalarType.Int64, CPU, generator: generator).data<long>()];
        int p = a.CropPadding;
        bool moves = a.HorizontalFlip || p > 0;
        long[] none = new long[n];
        long[] flips = a.HorizontalFlip ? Draw(2) : none;
        long[] top = moves ? Draw(2 * p + 1) : none;
        long[] left = moves ? Draw(2 * p + 1) : none;
        long[] centreY = a.CutoutLength > 0 ? Draw(h) : none;
        long[] centreX = a.CutoutLength > 0 ? Draw(w) : none;
        byte[] source = [.. images.data<byte>()];
        var result = new List<double>();
        for (int i = 0; i < n; i++)
            for (int k = 0; k < c; k++)
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++)
                    {
                        long fromY = y + top[i] - p, fromX = x + left[i] - p;
                        bool inside = fromY >= 0 && fromY < h && fromX >= 0 && fromX < w;
                        if (flips[i] == 1)
                            fromX = w - 1 - fromX;
                        double value = inside ? source[((i * c + k) * h + fromY) * w + fromX] / 255.0 : 0;
                        value = (value - a.Normalization!.Mean[k]) / a.Normalization.StandardDeviation[k];
                        long startY = centreY[i] - a.CutoutLength / 2, startX = centreX[i] - a.CutoutLength / 2;
                        bool cut = y >= startY && y < startY + a.CutoutLength && x >= startX && x < startX + a.CutoutLength;
                        result.Add(cut ? 0 : value);
                    }
        return [.. result];
    }

    [Fact]
    public void Flips_and_crop_offsets_are_uniform()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        const int n = 9000;
        // Every pixel has its own value, so the top left pixel of a crop from the inside tells where it comes from.
        var image = TensorArithmetic.Range(25, ScalarType.Byte).Plus(1L).view(1, 1, 5, 5).expand(n, 1, 5, 5);
        var result = new ImageAugmentation { HorizontalFlip = true, CropPadding = 1 }.Apply(image, generator, ScalarType.Float32);
        var centre = result[.., 0, 2, 2].Times(255L).round().to(ScalarType.Int64).bincount(null);
        long[] seen = [.. centre.data<long>()];
        // Nine offsets; mirrored or not, the centre of a 5 x 5 image moves within its inner 3 x 3 pixels.
        foreach (int value in new[] { 7, 8, 9, 12, 13, 14, 17, 18, 19 })
            seen[value].Should().BeInRange(850, 1150, "1000 are expected, standard deviation 30");
        seen.Sum().Should().Be(n);
    }

    [Fact]
    public void Cutout_is_clipped_at_the_border()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var images = TensorArithmetic.Filled([2000, 1, 32, 32], 255, ScalarType.Byte);
        var result = new ImageAugmentation { CutoutLength = 16 }.Apply(images, generator, ScalarType.Float32);
        long[] sizes = [.. result.eq(Scalars.Zero).sum([1, 2, 3]).data<long>()];
        sizes.Max().Should().Be(256);
        sizes.Min().Should().BeInRange(64, 90, "a centre in the corner leaves 8 x 8");
    }

    [Theory]
    [InlineData(32, 16)]
    [InlineData(12, 6)]
    [InlineData(9, 4)]
    public void Over_all_centres_cutout_masks_the_area_of_its_closed_form(int size, int length)
    {
        // A centre less than length / 2 from the border loses what lies outside: along one side the mean over the centres is L − L² /
        // (4 S).
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var augmentation = new ImageAugmentation { CutoutLength = length };
        var seen = new Dictionary<(string Rows, string Columns), long>();
        for (int i = 0; i < 6; i++)
        {
            using var inner = NewDisposeScope();
            var images = TensorArithmetic.Filled([3000, 1, size, size], 255, ScalarType.Byte);
            var cut = augmentation.Apply(images, generator, ScalarType.Float32).eq(Scalars.Zero).squeeze(1);
            long[] areas = [.. cut.sum([1, 2]).data<long>()];
            byte[] rows = [.. cut.any(2).to(ScalarType.Byte).data<byte>()], columns = [.. cut.any(1).to(ScalarType.Byte).data<byte>()];
            for (int n = 0; n < areas.Length; n++)
                seen[(Convert.ToHexString(rows, n * size, size), Convert.ToHexString(columns, n * size, size))] = areas[n];
        }
        seen.Count.Should().Be(size * size, "every centre has a rectangle of its own");
        double side = length - length * length / (4.0 * size);
        seen.Values.Average().Should().BeApproximately(side * side, 1e-9);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, 0.004)]
    [InlineData(ScalarType.Float16, 0.0005)]
    public void Narrow_types_are_rounded_once(ScalarType dtype, double relative)
    {
        using var scope = NewDisposeScope();
        var images = TensorArithmetic.Range(256, ScalarType.Byte).view(1, 1, 16, 16).expand(1, 3, 16, 16);
        using var generator = new Generator(1, CPU);
        var augmentation = ImageAugmentation.NormalizeOnly(Normalization.Cifar10);
        var exact = augmentation.Apply(images, generator, ScalarType.Float64);
        var narrow = augmentation.Apply(images, generator, dtype);
        narrow.dtype.Should().Be(dtype);
        ((narrow.to(ScalarType.Float64) - exact).abs() <= exact.abs().Times(relative).Plus(1e-6)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void The_dataset_is_left_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var floats = rand(4, 3, 8, 8);
        var before = floats.clone();
        (ImageAugmentation.Cifar10Search with { CutoutLength = 4 }).Apply(floats, generator, ScalarType.Float32);
        floats.allclose(before, 0, 0).Should().BeTrue();
    }

    [Fact]
    public void Wrong_batches_are_refused()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        FluentActions.Invoking(() =>
            ImageAugmentation.Cifar10Search.Apply(zeros([2, 1, 8, 8], ScalarType.Byte), generator, ScalarType.Float32))
            .Should().Throw<ArgumentException>().WithMessage("*1 channels*normalisation of 3*");
        FluentActions.Invoking(() => ImageAugmentation.None.Apply(zeros(2, 8), generator, ScalarType.Float32))
            .Should().Throw<ArgumentException>().WithMessage("*shape [2, 8]*Use no transform*");
        FluentActions.Invoking(() => new ImageAugmentation { CropPadding = -1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_published_statistics_are_those_of_NasBench201()
    {
        (Normalization.Cifar10.Mean[0] * 255).Should().BeApproximately(125.3, 1e-9);
        (Normalization.Cifar100.StandardDeviation[2] * 255).Should().BeApproximately(70.4, 1e-9);
        (Normalization.ImageNet16.Mean[1] * 255).Should().BeApproximately(116.66, 1e-9);
        ImageAugmentation.Cifar10Search.Should()
            .Be(new ImageAugmentation { HorizontalFlip = true, CropPadding = 4, CutoutLength = 0, Normalization = Normalization.Cifar10 });
        ImageAugmentation.Cifar10Training.Should()
            .Be(new ImageAugmentation { HorizontalFlip = true, CropPadding = 4, CutoutLength = 16, Normalization = Normalization.Cifar10 });
        double[] darts = [0.49139968, 0.48215827, 0.44653124, 0.24703233, 0.24348505, 0.26158768];
        Normalization.Cifar10.Mean.Concat(Normalization.Cifar10.StandardDeviation).Should()
            .Equal(darts, (x, y) => Math.Abs(x - y) < 0.0003);
        FluentActions.Invoking(() => new Normalization([0.5], [0])).Should().Throw<ArgumentException>().WithMessage("*above 0*");
    }
}
