using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Runs;

/// <summary>Parts of users that have state: the run saves and restores them, and nobody registers anything.</summary>
public class ResumablePartsTests
{
    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    public async Task Every_part_of_a_search_that_counts_its_calls_resumes_bit_for_bit(int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data, new CountingScheme()).For(6, 10).Relaxing(new CountingRelaxation())
            .Penalizing(new CountingPenalty()).Following(new CountingRule(4)).ObservedBy(new CountingObserver());
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        await Cancelled(stepsBeforeInterruption, (bar, stop) => Search().SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();

        resumed.StopReason.Should().Be("asked 4 times").And.Be(whole.StopReason);
        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        SameCheckpoints(folder["whole"], folder["cut"]);
        SearchResult again = await Search().ResumingFrom(folder["cut"]).RunAsync();
        again.StopReason.Should().Be("asked 4 times", "the rule is not asked again");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_observer_of_a_training_goes_on_from_the_state_that_it_saved(int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using BatchSource train = TrainingSetup.Source(), test = TrainingSetup.Source(10, seed: 2);
        NetworkTraining Training(CountingObserver observer) => TrainingSetup.Everything(train, test).ObservedBy(observer);
        CountingObserver first = new(), second = new();
        await Training(new CountingObserver()).SavingTo(folder["whole"]).RunAsync();
        await Cancelled(stepsBeforeInterruption, (bar, stop) => Training(first).SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        await Training(second).ResumingFrom(folder["cut"]).RunAsync();

        first.Calls.Should().Be(stepsBeforeInterruption);
        second.Calls.Should().Be(9);
        string records = File.ReadAllText(folder["cut/diagnostics/counting.jsonl"]);
        records.Should().Be(File.ReadAllText(folder["whole/diagnostics/counting.jsonl"]));
        records.Split('\n')[2].Should().Be("{\"epoch\":3,\"step\":3,\"calls\":9,\"read\":2}");
        SameCheckpoints(folder["whole"], folder["cut"]);
    }

    [Fact]
    public async Task A_part_that_is_used_in_a_second_run_begins_anew()
    {
        using ClassificationDataset data = Small.Data();
        var observer = new CountingObserver();
        await Small.Search(data).ObservedBy(observer).RunAsync();
        await Small.Search(data).ObservedBy(observer).RunAsync();
        observer.Calls.Should().Be(12);
        observer.Seconds.Should().HaveCount(6).And.OnlyContain(seconds => seconds > 0);
        observer.Last!.Recorder.Should().BeNull("nothing is saved");
    }

    [Fact]
    public void Parts_of_one_kind_and_name_are_rejected()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Penalizing(new CountingPenalty()).Penalizing(new CountingPenalty()).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*2 penalties are named 'counting'; names must differ*");
        Small.Search(data).ObservedBy(new CountingObserver("a/b")).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*named 'a/b'; expected a name that can be a file's*");
    }

    [Fact]
    public void An_observer_of_searches_cannot_watch_a_training()
    {
        using BatchSource train = TrainingSetup.Source(16);
        using var network = new TrainingNetwork(TrainingSetup.Classes);
        NetworkTraining.Of(network).On(train).For(1, 8).ObservedBy(new OfSearches()).Invoking(t => t.Build())
            .Should().Throw<InvalidRunException>()
                .WithMessage("*observer 'OfSearches' cannot watch a training, because it needs a SearchMoment*");
    }

    [Theory]
    [InlineData("{\"epoch\":1}")]
    [InlineData("{\"epoch\":1,\n\"step\":0}")]
    [InlineData("no JSON")]
    public async Task A_line_that_is_no_record_is_rejected_and_not_written(string line)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await FluentActions.Awaiting(() => Small.Search(data).ObservedBy(new Recording(line)).SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*The observer 'Recording' records*epoch and step*");
        Directory.Exists(folder["run/diagnostics"]).Should().BeFalse();
    }

    internal static async Task Cancelled<T>(int steps, Func<Immediately, CancellationToken, Task<T>> run)
    {
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => run(Immediately.At(steps, stop.Cancel), stop.Token)).Should()
            .ThrowAsync<OperationCanceledException>();
    }

    internal static void SameCheckpoints(string whole, string cut) => TrainingSetup.SameTensors(
        Path.Combine(whole, "checkpoint", "latest.safetensors"), Path.Combine(cut, "checkpoint", "latest.safetensors"));

    private sealed class OfSearches : ISearchObserver;

    private sealed class Recording(string line) : IRunObserver
    {
        public void OnStarted(RunMoment moment) => moment.Recorder!.Append(line);
    }
}
