using SingleDarts.Core.Runs;
using SingleDarts.Core.Data;
using SingleDarts.Core.Search;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Searches on data that are read while they are used.</summary>
public sealed class SearchOnSourceTests : IDisposable
{
    private readonly TemporaryFolder images = new();
    private readonly TemporaryFolder runs = new();

    public SearchOnSourceTests()
    {
        foreach (string name in new[] { "blue", "green", "red" })
            for (int i = 0; i < 8; i++)
                images.Write($"{name}/{i}.png", TestImages.Encode(14, 11, (x, y) =>
                    new((byte)(name == "red" ? 200 + i : x * 9), (byte)(name == "green" ? 190 + i : y * 8),
                        (byte)(name == "blue" ? 180 : i))));
    }

    public void Dispose()
    {
        images.Dispose();
        runs.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_of_images_is_searched_on_and_resumes_bit_for_bit(bool prefetch)
    {
        SearchResult whole = await Search(Folder()).SavingTo(runs["whole"]).RunAsync();
        using var stop = new CancellationTokenSource();
        int steps = 0;
        await FluentActions.Awaiting(() => Search(Folder(), prefetch).SavingTo(runs["cut"])
            .ReportingTo(new Immediately(_ => { if (++steps == 4) stop.Cancel(); })).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await Search(Folder(), prefetch).ResumingFrom(runs["cut"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        resumed.Epochs.Select(e => (e.WeightLoss, e.ArchitectureLoss)).Should()
            .Equal(whole.Epochs.Select(e => (e.WeightLoss, e.ArchitectureLoss)));
        File.ReadAllText(runs["cut/options.json"]).Should()
            .Contain("\"classNames\": [\n      \"blue\"").And.Contain("pixels normalised with");
    }

    [Fact]
    public async Task A_resume_on_other_images_or_another_crop_is_rejected()
    {
        await Search(Folder()).For(1).SavingTo(runs["run"]).RunAsync();
        async Task Rejected(ImageFolderSource other, string message) => await FluentActions
            .Awaiting(() => Search(other).For(1).ResumingFrom(runs["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage(message);
        await Rejected(Folder(new() { Crop = new ResizeCenterCrop(8, 8) }), "*data.sha256*");
        await Rejected(Folder(Random with { Normalization = Normalization.Cifar10 }), "*data.values*");
        images.Write("blue/0.png", TestImages.Encode(14, 11));
        await Rejected(Folder(), "*data.sha256*");
    }

    [Fact]
    public void A_source_that_does_not_fit_is_rejected_before_the_search()
    {
        Rejected(Search(Folder()).Augmenting(ImageAugmentation.Cifar10Search), "*makes its own model input*Leave Augmenting*");
        Rejected(Search(Folder(Random with { Crop = new ResizeCenterCrop(9, 9) })), "*[3, 9, 9]*expects [3, 8, 8]*");
        for (int i = 0; i < 8; i++)
            images.Write($"white/{i}.png", TestImages.Encode(14, 11));
        Rejected(Search(Folder()), "*has 4 classes but the space*has 3*");
        Directory.Delete(Path.Combine(images.Path, "white"), recursive: true);
        images.Write("blue/0.png", [1, 2, 3]);
        Rejected(Search(Folder()), "*cannot give its first and last sample*0.png*");

        static void Rejected(ArchitectureSearch search, string message) => search.Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage(message).Which.Faults.Should().ContainSingle();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public async Task A_source_of_a_dataset_gives_the_search_on_the_dataset(ScalarType type)
    {
        using ClassificationDataset data = Small.Data();
        ImageAugmentation augmentation = ImageAugmentation.Cifar10Search with { CropPadding = 1 };
        using var source = new BatchSource(data, CPU, type, augmentation);
        ArchitectureSearch search = Small.Search(data).InPrecision(type);
        SearchResult byDataset = await search.Augmenting(augmentation).RunAsync(), bySource = await search.On(source).RunAsync();
        Small.Alpha(bySource).Should().Equal(Small.Alpha(byDataset));
        source.Count.Should().Be(Small.Samples, "the source stays the caller's");
        source.Get([0], new Generator(1)).Size.Should().Be(1);
    }

    private static ImageFolderSourceOptions Random { get; } =
        new() { Crop = new RandomResizedCrop(8), Transforms = [new HorizontalFlip()] };

    private ImageFolderSource Folder(ImageFolderSourceOptions? options = null) => new(images.Path, options ?? Random, CPU);

    private static ArchitectureSearch Search(IBatchSource source, bool prefetch = false) => ArchitectureSearch.In(Small.Space).On(source)
        .UpdatingArchitecture(o => o.Adam(0.01, 0.5, 0.999)).For(epochs: 2, batchSize: 8).WithSeed(1)
            .With(o => o with { Prefetch = prefetch });
}
