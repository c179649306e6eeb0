using System.Runtime.Versioning;
using SingleDarts.Core.Data;
using SkiaSharp;

namespace SingleDarts.Core.Tests.Data;

public class ImageFolderTests
{
    [Fact]
    public void Png_pixels_are_exact_and_classes_are_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b/1.PNG", Image((x, y) => new((byte)x, (byte)(10 * y), 200)));
        folder.Write("B/1.png", Image((_, _) => new(1, 2, 3)));
        folder.Write("b/0.png", Image((_, _) => new(9, 8, 7)));
        folder.Write("b/notes.txt", [1]);
        folder.Write(".hidden/0.png", [1]);
        using var data = Load(folder);
        data.ClassNames.Should().Equal("B", "b");
        data.Labels.data<long>().ToArray().Should().Equal(0, 1, 1);
        data.Inputs.shape.Should().Equal(3, 3, 4, 5);
        data.Inputs[0].mean([1, 2], type: TorchSharp.torch.ScalarType.Float32).data<float>().ToArray().Should().Equal(1, 2, 3);
        data.Inputs[2, .., 3, 4].data<byte>().ToArray().Should().Equal(4, 30, 200);
    }

    [Fact]
    public void Transparency_is_over_black_and_grayscale_is_luma()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/0.png", Image((_, _) => new(100, 150, 200)));
        folder.Write("b/0.png", Image((_, _) => new(100, 150, 200, 0)));
        using var data = Load(folder, new() { Grayscale = true, UseCache = false });
        data.Inputs.shape.Should().Equal(2, 1, 4, 5);
        data.Inputs[0, 0, 0, 0].item<byte>().Should().Be(141, "0.299 * 100 + 0.587 * 150 + 0.114 * 200 = 140.75");
        data.Inputs[1, 0, 0, 0].item<byte>().Should().Be(0);
    }

    [Fact]
    public void Images_of_different_sizes_need_the_resize_option()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/0.png", Image((_, _) => new(50, 50, 50)));
        string odd = folder.Write("b/0.png", Image((_, _) => new(70, 70, 70), width: 9));
        FluentActions.Invoking(() => Load(folder)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{odd}' has 9 x 4 pixels, expected 5 x 4*Resize*");
        using var data = Load(folder, new() { Resize = (2, 3), UseCache = false });
        data.Inputs.shape.Should().Equal(2, 3, 2, 3);
        data.Inputs[1].data<byte>().ToArray().Should().AllBeEquivalentTo((byte)70);
    }

    [Fact]
    public void Unreadable_images_are_named()
    {
        using var folder = new TemporaryFolder();
        byte[] png = Image(Noise, 32, 32);
        byte[] jpeg = Image(Noise, 32, 32, SKEncodedImageFormat.Jpeg);
        folder.Write("a/0.png", png);
        string bad = folder.Write("b/0.jpg", []);
        Refused("*is empty*");
        folder.Write("b/0.jpg", [1, 2, 3]);
        Refused("*is no readable JPEG or PNG image*");
        folder.Write("b/0.jpg", png[..(png.Length / 2)]);
        Refused("*cannot be decoded to its end*cut off*");
        folder.Write("b/0.jpg", jpeg[..(jpeg.Length / 2)]);
        Refused("*cannot be decoded to its end*cut off*");

        static SKColor Noise(int x, int y) => new((byte)(x * y * 47), (byte)(x * 91 + y * 57), (byte)(y * y * 33));

        void Refused(string message) =>
            FluentActions.Invoking(() => Load(folder)).Should().Throw<InvalidDataException>().WithMessage(message).WithMessage($"'{bad}'*");
    }

    [Fact]
    public void Folders_without_classes_or_images_are_refused()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => ImageFolder.Load(Path.Combine(folder.Path, "no"))).Should().Throw<DirectoryNotFoundException>()
            .WithMessage("*no' does not exist*");
        FluentActions.Invoking(() => Load(folder)).Should().Throw<InvalidDataException>().WithMessage("*has 0 subfolders*");
        folder.Write("a/0.png", Image((_, _) => default));
        Directory.CreateDirectory(Path.Combine(folder.Path, "b"));
        FluentActions.Invoking(() => Load(folder)).Should().Throw<InvalidDataException>().WithMessage("*b' holds no .jpg*");
    }

    [Fact]
    public void A_second_load_comes_from_the_cache_and_a_changed_listing_does_not()
    {
        using var folder = Two();
        using var first = Load(folder);
        var reports = new List<LoadProgress>();
        using var second = ImageFolder.Load(folder.Path, new() { CacheFolder = CacheOf(folder) }, new LoadReports(reports));
        second.Inputs.data<byte>().ToArray().Should().Equal(first.Inputs.data<byte>().ToArray());
        reports.Should().Equal([new LoadProgress(2, 2)], "a load from the cache tells the end alone");
        string image = Path.Combine(folder.Path, "a", "0.png");
        var (size, time) = (new FileInfo(image).Length, File.GetLastWriteTimeUtc(image));
        File.WriteAllBytes(image, new byte[size]);
        File.SetLastWriteTimeUtc(image, time.AddSeconds(1));
        FluentActions.Invoking(() => Load(folder)).Should().Throw<InvalidDataException>("the listing has changed, so the file is decoded");
        File.WriteAllBytes(image, Image((_, _) => new(1, 1, 1)));
        using var third = Load(folder);
        third.Inputs[0].data<byte>().ToArray().Should().AllBeEquivalentTo((byte)1);
        Directory.GetFiles(CacheOf(folder)).Should().ContainSingle("the outdated file is replaced");
        using var gray = Load(folder, new() { CacheFolder = CacheOf(folder), Grayscale = true });
        gray.InputShape[0].Should().Be(1, "other options have their own file");
    }

    [Fact]
    public void A_damaged_cache_is_rebuilt_whatever_byte_is_wrong()
    {
        using var folder = Two();
        using var first = Load(folder);
        string cache = Directory.GetFiles(CacheOf(folder)).Single();
        byte[] whole = File.ReadAllBytes(cache);
        byte[] expected = [.. first.Inputs.data<byte>()];
        for (int i = 0; i < whole.Length; i++)
            Rebuilt([.. whole[..i], (byte)(whole[i] ^ 1), .. whole[(i + 1)..]]);
        foreach (int length in new[] { 0, 7, 50, whole.Length - 1 })
            Rebuilt(whole[..length]);

        void Rebuilt(byte[] damaged)
        {
            File.WriteAllBytes(cache, damaged);
            using var again = Load(folder);
            again.Inputs.data<byte>().ToArray().Should().Equal(expected);
            File.ReadAllBytes(cache).Should().Equal(whole);
        }
    }

    [UnsupportedOSPlatform("windows")]
    [LinuxFact("Windows has other permissions.")]
    public void The_cache_can_be_read_by_nobody_else()
    {
        using var folder = Two();
        using (Load(folder)) { }
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.GetUnixFileMode(Directory.GetFiles(CacheOf(folder)).Single()).Should().Be(owner);
        File.GetUnixFileMode(CacheOf(folder)).Should().Be(owner | UnixFileMode.UserExecute);
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public void A_link_in_the_place_of_the_cache_is_neither_read_nor_written_through()
    {
        using var folder = Two();
        using (Load(folder)) { }
        string cache = Directory.GetFiles(CacheOf(folder)).Single(), outside = Path.Combine(folder.Path, ".outside");
        File.Move(cache, outside);
        byte[] whole = File.ReadAllBytes(outside);
        File.CreateSymbolicLink(cache, outside);
        var reports = new List<LoadProgress>();
        using (ImageFolder.Load(folder.Path, new() { CacheFolder = CacheOf(folder), Parallelism = 1 }, new LoadReports(reports))) { }
        reports.Should().HaveCount(2, "both images are decoded");
        File.ReadAllBytes(outside).Should().Equal(whole);
        new FileInfo(cache).LinkTarget.Should().Be(outside);
    }

    [Fact]
    public void A_cache_folder_that_cannot_be_written_is_no_error()
    {
        using var folder = Two();
        string file = folder.Write("not-a-folder", [1]);
        using var data = Load(folder, new() { CacheFolder = file });
        data.Count.Should().Be(2);
    }

    [Fact]
    public void Progress_reaches_the_end_and_cancellation_stops()
    {
        using var folder = Two();
        var reports = new List<LoadProgress>();
        using (ImageFolder.Load(folder.Path, new() { UseCache = false, Parallelism = 1 }, new LoadReports(reports))) { }
        reports.Should().Equal(new LoadProgress(1, 2), new LoadProgress(2, 2));
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, new() { UseCache = false }, null, new CancellationToken(true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void A_missing_decoder_names_the_package_to_add() =>
        FluentActions.Invoking(() =>
            SkiaLibrary.Require<int>(() =>
            throw new TypeInitializationException("SKCodec", new DllNotFoundException("libSkiaSharp"))))
            .Should().Throw<InvalidOperationException>().WithMessage("*SkiaSharp.NativeAssets.Linux.NoDependencies*");

    [CifarJpegFact]
    public void The_jpeg_version_of_CIFAR10_is_complete_and_balanced()
    {
        using var cache = new TemporaryFolder();
        using var data = ImageFolder.Load(Path.Combine(CifarJpegFactAttribute.Folder, "test"), new() { CacheFolder = cache.Path });
        data.Inputs.shape.Should().Equal(10000, 3, 32, 32);
        data.ClassNames.Should().Equal("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        data.Labels.bincount(null).data<long>().ToArray().Should().AllBeEquivalentTo(1000L);
        var measured = data.MeasureNormalization();
        for (int c = 0; c < 3; c++)
            measured.Mean[c].Should().BeApproximately(Normalization.Cifar10.Mean[c], 0.01);
    }

    private static TemporaryFolder Two()
    {
        var folder = new TemporaryFolder();
        folder.Write("a/0.png", Image((x, y) => new((byte)x, (byte)y, 7)));
        folder.Write("b/0.png", Image((x, y) => new(7, (byte)x, (byte)y)));
        return folder;
    }

    private static string CacheOf(TemporaryFolder folder) => Path.Combine(folder.Path, ".cache");

    private static ClassificationDataset Load(TemporaryFolder folder, ImageFolderOptions? options = null) =>
        ImageFolder.Load(folder.Path, options ?? new() { CacheFolder = CacheOf(folder) });

    private static byte[] Image(Func<int, int, SKColor> color, int width = 5, int height = 4,
        SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, color(x, y));
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }
}
