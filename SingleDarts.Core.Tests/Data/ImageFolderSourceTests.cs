using System.Collections.Concurrent;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class ImageFolderSourceTests
{
    // Cyan 0, magenta 128, yellow 255, black 0, as Pillow 9.4.0 writes it with Image.new("CMYK", (16, 16), (0, 128, 255, 0)).save(...,
    // quality=90).
    private const string OrangeCmyk =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AA" +
        "FAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQci" +
        "cRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqi" +
        "o6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9U6ZX5VV+qdFFFFFFFFFFFFf/" +
        "2Q==";

    [Fact]
    public void Files_are_in_ordinal_order_with_the_label_of_their_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b/ü2.JPEG", Gray(40));
        folder.Write("b/1.jpg", Gray(30));
        folder.Write("B/x.png", Gray(10));
        folder.Write("B/x.jpeg", Gray(0));
        folder.Write("a/.hidden.jpg", [1]);
        folder.Write("a/notes.txt", [1]);
        folder.Write("a/0.PNG", Gray(20));
        using var source = new ImageFolderSource(folder.Path, Small, CPU, ScalarType.Float64);
        source.ClassNames.Should().Equal("B", "a", "b");
        (source.Count, source.Classes).Should().Be((5, 3));
        source.InputShape.Should().Equal(3, 2, 2);
        using var generator = new Generator(1, CPU);
        using var batch = source.Get([4, 3, 2, 1, 0, 4], generator);
        batch.Labels.data<long>().ToArray().Should().Equal(2, 2, 1, 0, 0, 2);
        batch.Labels.dtype.Should().Be(ScalarType.Int64);
        batch.Inputs.dtype.Should().Be(ScalarType.Float64);
        batch.Inputs[.., 2, 1, 1].Times(255L).round().data<double>().ToArray().Should().Equal(40, 30, 20, 10, 0, 40);
    }

    [Fact]
    public void Channels_are_normalised_by_their_own_statistics()
    {
        using var folder = Folder(1, (_, _) => TestImages.Encode(9, 8, (_, _) => new(51, 102, 153)));
        using var source = new ImageFolderSource(folder.Path, Small with { Normalization = Normalization.ImageNet }, CPU);
        using var generator = new Generator(1, CPU);
        using var batch = source.Get([0], generator);
        float[] values = batch.Inputs.data<float>().ToArray();
        foreach (var (channel, expected) in new[] { (0, (0.2 - 0.485) / 0.229), (1, (0.4 - 0.456) / 0.224), (2, (0.6 - 0.406) / 0.225) })
            values[(4 * channel)..(4 * channel + 4)].Should().AllSatisfy(v => v.Should().BeApproximately((float)expected, 1e-5f));
    }

    [Fact]
    public void A_batch_depends_on_the_generator_and_not_on_the_number_of_workers()
    {
        using var folder = Folder(6, (k, i) => TestImages.Encode(50 + 7 * i, 41 + 11 * k));
        float[] Batch(int parallelism, ulong seed)
        {
            var options = ImageFolderSourceOptions.ImageNetTraining with { Crop = new RandomResizedCrop(24), Parallelism = parallelism };
            using var source = new ImageFolderSource(folder.Path, options, CPU);
            using var generator = new Generator(seed, CPU);
            using var first = source.Get([0, 3, 5, 7, 11, 0], generator);
            using var second = source.Get([1, 2, 3, 4, 11, 0], generator);
            return [.. first.Inputs.data<float>(), .. second.Inputs.data<float>()];
        }
        float[] expected = Batch(1, 3);
        Batch(4, 3).Should().Equal(expected);
        Batch(4, 4).Should().NotEqual(expected);
        int image = 3 * 24 * 24;
        expected[..image].Should().NotEqual(expected[(5 * image)..(6 * image)], "the same file in one batch is drawn anew");
    }

    [Fact]
    public void Damaged_and_hostile_files_are_named()
    {
        byte[] png = TestImages.Encode(32, 32), jpeg = TestImages.Jpeg(64, 64, TestImages.Mixed);
        Refused([], "*is empty*replace or remove*");
        Refused("no image"u8.ToArray(), "*(8 bytes) is no readable JPEG or PNG image*replace or remove*");
        Refused(png[..(png.Length / 2)], "*32 x 32 pixels) cannot be decoded to its end*cut off*");
        Refused(jpeg[..(jpeg.Length / 2)], "*64 x 64 pixels) cannot be decoded to its end*cut off*");
        Refused(TestImages.Claiming(jpeg, 60_000, 60_000), "*claims 60000 x 60000 pixels, more than the 100000000 that are allowed*");
        Refused(png, "*claims 32 x 32 pixels, more than the 1000 that are allowed*", maxPixels: 1000);
        Refused(new byte[(1 << 20) + 8001], "*more than an image of the 1000 pixels that are allowed can have*", maxPixels: 1000);

        void Refused(byte[] content, string message, long maxPixels = 100_000_000)
        {
            using var folder = Folder(1, (_, _) => TestImages.Encode(9, 9));
            string bad = folder.Write("b/0.jpg", content);
            using var source = new ImageFolderSource(folder.Path, Small with { MaxPixels = maxPixels }, CPU);
            using var generator = new Generator(1, CPU);
            long before = Environment.WorkingSet;
            source.Invoking(s => s.Get([0, 1, 0], generator)).Should().Throw<InvalidDataException>().WithMessage(message)
                .WithMessage($"'{bad}'*");
            (Environment.WorkingSet - before).Should().BeLessThan(100 << 20);
        }
    }

    [Fact]
    public void A_skipped_file_is_replaced_by_one_of_its_class_and_reported_once()
    {
        using var folder = Folder(8, (k, i) => i is 2 or 3 ? [1, 2, 3] : Gray(100 * k + i));
        float[] Batch(int parallelism, ConcurrentBag<string> reported)
        {
            var options = Small with { Faults = ImageFaults.Skip, OnSkipped = reported.Add, Parallelism = parallelism };
            using var source = new ImageFolderSource(folder.Path, options, CPU);
            using var generator = new Generator(5, CPU);
            var values = new List<float>();
            for (int i = 0; i < 30; i++)
            {
                using var batch = source.Get([2, 0, 10, 10], generator);
                batch.Labels.data<long>().ToArray().Should().Equal(0, 0, 1, 1);
                values.AddRange(batch.Inputs[.., 0, 0, 0].Times(255L).round().data<float>());
            }
            return [.. values];
        }
        ConcurrentBag<string> first = [], second = [];
        float[] alone = Batch(1, first);
        Batch(4, second).Should().Equal(alone);
        first.Should().OnlyHaveUniqueItems().And.AllSatisfy(m =>
            m.Should().Contain("is no readable JPEG or PNG image")).And.BeEquivalentTo(second);
        first.Count.Should().BeInRange(2, 4);
        float[] standIns = [.. alone.Where((_, i) => i % 4 == 0)];
        standIns.Should().OnlyContain(v => new float[] { 0, 1, 4, 5, 6, 7 }.Contains(v));
        standIns.Distinct().Count().Should().BeGreaterThan(3, "the draw is among the whole class");
        alone.Where((_, i) => i % 4 == 1).Should().AllBeEquivalentTo(0f);
        alone.Where((_, i) => i % 4 >= 2).Should().OnlyContain(v => new float[] { 100, 101, 104, 105, 106, 107 }.Contains(v));
    }

    [Fact]
    public void A_class_without_any_readable_image_fails_and_a_missing_file_is_never_skipped()
    {
        using var folder = Folder(3, (k, _) => k == 1 ? [1, 2, 3] : Gray(1));
        using var source = new ImageFolderSource(folder.Path, Small with { Faults = ImageFaults.Skip }, CPU);
        using var generator = new Generator(1, CPU);
        source.Invoking(s => s.Get([4], generator)).Should().Throw<InvalidDataException>()
            .WithMessage("None of the 3 images of class 'b'*1.jpg*is no readable*");
        File.Delete(Path.Combine(folder.Path, "a", "0.jpg"));
        source.Invoking(s => s.Get([0], generator)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Only_as_many_images_are_in_memory_as_there_are_workers()
    {
        const int images = 60;
        byte[] jpeg = TestImages.Jpeg(2000, 1500);
        using var folder = Folder(1, (_, _) => jpeg);
        var gauge = new Gauge(new RandomResizedCrop(16));
        using var source = new ImageFolderSource(folder.Path, new() { Crop = gauge, Transforms = [gauge], Parallelism = 2 }, CPU);
        using var generator = new Generator(1, CPU);
        source.Get([0, 1], generator).Dispose();
        long before = Environment.WorkingSet;
        gauge.PeakBytes = 0;
        source.Get([.. Enumerable.Range(0, images).Select(i => (long)(i % 2))], generator).Dispose();
        gauge.PeakImages.Should().BeInRange(1, 2);
        (gauge.PeakBytes - before).Should().BeLessThan(150L << 20, "all at once would take {0} MB", images * 12);
    }

    [Fact]
    public void Rare_kinds_of_files_are_read()
    {
        // ImageNet has JPEG files in CMYK and a PNG file named .JPEG.
        using var folder = new TemporaryFolder();
        folder.Write("a/cmyk.JPEG", Convert.FromBase64String(OrangeCmyk));
        folder.Write("b/png.JPEG", TestImages.Encode(16, 16, (_, _) => new(255, 127, 0)));
        using var source = new ImageFolderSource(folder.Path, Small, CPU);
        using var generator = new Generator(1, CPU);
        using var batch = source.Get([0, 1], generator);
        float[] values = batch.Inputs[.., .., 0, 0].contiguous().data<float>().Select(v => 255 * v).ToArray();
        values.Should().Equal([255, 127, 0, 255, 127, 0], (x, y) => Math.Abs(x - y) <= 3);
    }

    [Fact]
    public void Batches_leave_no_tensors_behind()
    {
        using var folder = Folder(3, (_, i) => TestImages.Encode(40, 30 + i));
        using var source = new ImageFolderSource(
            folder.Path, ImageFolderSourceOptions.ImageNetTraining with { Crop = new RandomResizedCrop(8) }, CPU);
        using var generator = new Generator(1, CPU);
        using var scope = NewDisposeScope();
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        source.Get([1, 2, 3], generator).Dispose();
        long before = statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++)
            source.Get([1, 2, 3], generator).Dispose();
        statistics.ThreadTotalLiveCount.Should().Be(before);
        folder.Write("b/0.jpg", [1]);
        for (int i = 0; i < 5; i++)
            source.Invoking(s => s.Get([1, 3], generator)).Should().Throw<InvalidDataException>();
        statistics.ThreadTotalLiveCount.Should().Be(before, "a batch that fails leaves none either");
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        using var folder = Folder(1, (_, _) => Gray(1));
        using var generator = new Generator(1, CPU);
        using var source = new ImageFolderSource(folder.Path, Small, CPU);
        source.Invoking(s => s.Get([2], generator)).Should().Throw<ArgumentException>().WithMessage("Index 2*0 to 1*");
        source.Invoking(s => s.Get([], generator)).Should().Throw<ArgumentException>().WithMessage("*at least one index*");
        Refused(Small with { Parallelism = -1 }).WithMessage("*Parallelism*");
        Refused(Small with { MaxPixels = 0 }).WithMessage("*MaxPixels*");
        Refused(Small with { Normalization = new([0.5], [0.5]) }).WithMessage("*1 channels, expected 3*");
        FluentActions.Invoking(() => new ImageFolderSource(folder.Path, Small, CPU, ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage("*Int64*");
        using var outside = new ImageFolderSource(folder.Path, Small with { Crop = new Outside() }, CPU);
        outside.Invoking(s => s.Get([0], generator)).Should().Throw<InvalidOperationException>()
            .WithMessage("*expected a rectangle inside it*");

        FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(ImageFolderSourceOptions options) =>
            FluentActions.Invoking(() => new ImageFolderSource(folder.Path, options, CPU)).Should().Throw<ArgumentException>();
    }

    private static ImageFolderSourceOptions Small => new() { Crop = new ResizeCenterCrop(2, 2), Normalization = null };

    private static byte[] Gray(int value) => TestImages.Encode(5, 4, (_, _) => new((byte)value, (byte)value, (byte)value));

    private static TemporaryFolder Folder(int perClass, Func<int, int, byte[]> image)
    {
        var folder = new TemporaryFolder();
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < perClass; i++)
                folder.Write($"{"ab"[k]}/{i}.jpg", image(k, i));
        return folder;
    }

    /// <summary>Between the choice of a part and the first transform, an image is decoded.</summary>
    private sealed class Gauge(IImageCrop crop) : IImageCrop, IImageTransform
    {
        private int images;

        public int PeakImages { get; private set; }

        public long PeakBytes { get; set; }

        public (int Height, int Width) Size => crop.Size;

        public CropWindow Choose(int height, int width, Random random)
        {
            lock (crop)
                PeakImages = Math.Max(PeakImages, ++images);
            return crop.Choose(height, width, random);
        }

        public void Apply(Span<float> planes, int height, int width, Random random)
        {
            lock (crop)
            {
                images--;
                PeakBytes = Math.Max(PeakBytes, Environment.WorkingSet);
            }
        }
    }

    private sealed record Outside : IImageCrop
    {
        public (int Height, int Width) Size => (2, 2);

        public CropWindow Choose(int height, int width, Random random) => new(1, 0, height, width);
    }
}
