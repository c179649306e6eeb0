using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

public class SideBySideTests
{
    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_copies_of_a_search_run_side_by_side_and_equal_their_separate_runs_bit_for_bit(bool biLevel)
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch common = Small.Search(data, biLevel ? OptimizationSchemes.BiLevel : OptimizationSchemes.SingleLevel)
            .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 });
        ArchitectureSearch first = common.WithSeed(1), second = common.WithSeed(2);
        string[] alone = [Numbers(await first.RunAsync()), Numbers(await second.RunAsync())];

        using var both = new Barrier(2);
        ArchitectureSearch Meeting(ArchitectureSearch search) => search.ReportingTo(new Immediately(progress =>
        {
            if (progress is { Epoch: 1, Step: 1 })
                both.SignalAndWait();
        }));
        SearchResult[] together = await Task.WhenAll(Meeting(first).RunAsync(), Meeting(second).RunAsync());

        together.Select(Numbers).Should().Equal(alone);
        alone[0].Should().NotBe(alone[1]);
    }

    private static string Numbers(SearchResult result) =>
        string.Join(' ', result.Epochs.Select(e => $"{e.WeightLoss:R} {e.ArchitectureLoss:R}")
            .Concat(Small.Alpha(result).Select(a => $"{a:R}")));
}
