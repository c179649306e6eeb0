using SingleDarts.Core.Operations;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class DropoutResumeTests
{
    [Fact]
    public async Task Operations_that_draw_random_numbers_are_resumed_bit_for_bit_within_an_epoch()
    {
        using var folder = new TemporaryFolder();
        using var data = Small.Data();
        SearchSpace space = SearchSpace.Define("dropout").Input(3, 8, 8).Classes(3).Channels(2)
            .Operation("skip", Blocks.Skip, isLearnable: false)
            .Operation("dropout", c => nn.Sequential(new ReluConvBatchNorm(c, 1), nn.Dropout(0.5))).Build();
        ArchitectureSearch Search() => ArchitectureSearch.In(space).On(data).UpdatingArchitecture(o => o.Adam(0.01)).For(3, 10);
        SearchResult whole = await Search().RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["run"]).ReportingTo(Immediately.At(6, stop.Cancel))
            .RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await Search().ResumingFrom(folder["run"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
    }
}
