using System.Collections.Concurrent;
using SingleDarts.Core.Data;
using SkiaSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Data;

public class ImageHeaderTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 17, 5)]
    [InlineData(SKEncodedImageFormat.Png, 1, 300)]
    [InlineData(SKEncodedImageFormat.Jpeg, 33, 70)]
    [InlineData(SKEncodedImageFormat.Jpeg, 300, 1)]
    public void Width_and_height_are_those_of_the_decoder(SKEncodedImageFormat format, int width, int height) =>
        Read(TestImages.Encode(width, height, format: format)).Should().Be(new ImageHeader(width, height));

    [Fact]
    public void Segments_before_the_frame_of_a_jpeg_are_passed_whatever_they_hold()
    {
        byte[] jpeg = TestImages.Jpeg(40, 30), thumbnail = TestImages.Jpeg(3, 3);
        byte[] application = [0xFF, 0xE1, (byte)((thumbnail.Length + 2) >> 8), (byte)(thumbnail.Length + 2), .. thumbnail];
        Read([.. jpeg[..2], .. application, 0xFF, 0xFF, .. jpeg[2..]]).Should().Be(new ImageHeader(40, 30));
    }

    /// <summary>The decoder reads more formats than these two, and would be a larger target.</summary>
    [Theory]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("bmp")]
    [InlineData("ico")]
    [InlineData("svg")]
    public void Files_of_other_formats_never_reach_the_decoder(string format)
    {
        byte[] content = format switch
        {
            "webp" => TestImages.Encode(8, 8, format: SKEncodedImageFormat.Webp),
            "gif" => [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
                0x3B],
            "bmp" => [.. "BM"u8, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, .. new byte[28]],
            "ico" => [0, 0, 1, 0, 1, 0, .. new byte[60]],
            _ => [.. "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>"u8],
        };
        using var folder = new TemporaryFolder();
        folder.Write("a/0.png", TestImages.Encode(8, 8));
        string file = folder.Write("b/0.png", content), message = $"'{file}' ({content.Length} bytes) is no readable JPEG or PNG image*";
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, new() { UseCache = false })).Should().Throw<InvalidDataException>()
            .WithMessage(message);
        using var source = new ImageFolderSource(folder.Path, ImageFolderSourceOptions.ImageNetTest, CPU);
        using var generator = new Generator(1, CPU);
        source.Invoking(s => s.Get([1], generator)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Damaged_headers_are_read_or_refused()
    {
        var random = new Random(3);
        foreach (byte[] whole in new[] { TestImages.Encode(9, 9), TestImages.Jpeg(9, 9) })
            for (int i = 0; i < 5_000; i++)
            {
                byte[] copy = [.. whole[..random.Next(whole.Length)]];
                for (int k = 0; k < 3 && copy.Length > 0; k++)
                    copy[random.Next(copy.Length)] = i % 2 == 0 ? (byte)random.Next(256) : (byte)0xFF;
                if (Read(copy) is { } header)
                    header.Pixels.Should().BePositive();
            }
    }

    [Fact]
    public void Threads_share_the_budget_and_a_part_larger_than_all_of_it_is_taken_alone()
    {
        var budget = new PixelBudget(100);
        int used = 0;
        var seen = new ConcurrentBag<int>();
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int pixels = 10 * (i % 12), taken = Math.Min(pixels, 100);
            using (budget.Take(pixels))
            {
                seen.Add(Interlocked.Add(ref used, taken));
                Thread.Yield();
                Interlocked.Add(ref used, -taken);
            }
        });
        seen.Max().Should().BeInRange(90, 100);
        used.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_native_library_of_another_version_is_explained(bool isInitializer)
    {
        var cause = new InvalidOperationException("The version of the native libSkiaSharp library (147.0) is incompatible");
        Explained(isInitializer ? new TypeInitializationException("SKData", new TypeInitializationException("SKObject", cause)) : cause,
            $"SkiaSharp's native library (libSkiaSharp) does not fit: {cause.Message}, so images cannot be decoded. The application has " +
            "SkiaSharp 2.88.6; *SkiaSharp.NativeAssets.Linux.NoDependencies --version 2.88.6.");
        Explained(new InvalidOperationException("another"), "another");

        static void Explained(Exception failure, string message) =>
            FluentActions.Invoking(() => SkiaLibrary.Require<int>(() => throw failure)).Should().Throw<InvalidOperationException>()
                .WithMessage(message);
    }

    private static ImageHeader? Read(byte[] content) => ImageHeader.Read(new MemoryStream(content));
}
