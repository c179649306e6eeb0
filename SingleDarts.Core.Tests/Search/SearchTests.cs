using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class SearchTests
{
    [Fact]
    public async Task Same_seed_finds_the_same_alpha_and_another_seed_does_not()
    {
        using ClassificationDataset data = Small.Data();
        double[] first = Small.Alpha(await Small.Search(data).RunAsync());
        double[] second = Small.Alpha(await Small.Search(data).RunAsync());
        double[] other = Small.Alpha(await Small.Search(data).WithSeed(2).RunAsync());
        second.Should().Equal(first);
        other.Should().NotEqual(first);
    }

    [Fact]
    public async Task Epochs_come_one_by_one_and_the_genotype_is_the_argmax_of_alpha()
    {
        using ClassificationDataset data = Small.Data();
        var reports = new List<EpochReport>();
        await foreach (EpochReport report in Small.Search(data).RunEpochsAsync())
            reports.Add(report);
        reports.Select(r => r.Epoch).Should().Equal(1, 2, 3);
        double[,] alpha = reports[^1].Architecture["cell"].Alpha;
        for (int edge = 0; edge < 6; edge++)
        {
            int best = Enumerable.Range(0, 5).MaxBy(k => alpha[edge, k]);
            reports[^1].Genotype["cell"].Nodes.SelectMany(n => n).ElementAt(edge).Operation
                .Should().Be(Small.Space.Cells[0].Operations[best].Name);
        }
    }

    [Fact]
    public async Task Leaving_the_enumeration_early_stops_the_search_with_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await foreach (EpochReport _ in Small.Search(data).For(1000, 10).SavingTo(folder["run"]).RunEpochsAsync())
            break;
        int done = File.ReadAllLines(folder["run/epochs.jsonl"]).Length;
        done.Should().BeLessThan(1000);
        File.Exists(folder["run/checkpoint/latest.safetensors"]).Should().BeTrue();
    }

    [Fact]
    public void Every_fault_is_listed_before_any_work()
    {
        using ClassificationDataset data = Small.Data();
        var search = ArchitectureSearch.In(SearchSpaces.NasBench201(10, channels: 2, cellsPerStage: 1)).On(data)
            .For(0, 1).OnDevice("gpu0").UpdatingWeights(o => o.Sgd(-1, momentum: 2)).InPrecision(ScalarType.Int32);
        search.Invoking(s => s.Build()).Should().Throw<InvalidRunException>().Which.Faults.Should()
            .Contain(f => f.Contains("epochs is 0")).And
            .Contain(f => f.Contains("batch size is 1")).And
            .Contain(f => f.Contains("gpu0")).And
            .Contain(f => f.Contains("learning rate") && f.Contains("-1")).And
            .Contain(f => f.Contains("momentum") && f.Contains("2")).And
            .Contain(f => f.Contains("Int32")).And
            .Contain(f => f.Contains("[3, 8, 8]") && f.Contains("[3, 32, 32]")).And
            .Contain(f => f.Contains("3 classes") && f.Contains("10"));
    }

    [Theory]
    [InlineData(64, "*batch size is 64*40 samples*")]
    [InlineData(39, "*last batch of 1*")]
    public void A_batch_size_that_does_not_fit_the_data_is_refused(int batchSize, string message)
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).For(1, batchSize).Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage(message);
    }

    [Fact]
    public void A_missing_data_set_is_named() =>
        ArchitectureSearch.In(Small.Space).Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage("*No data*On(...)*");

    [Fact]
    public async Task Divergence_names_epoch_and_step_and_keeps_the_last_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        var search = Small.Search(data).SavingTo(folder["run"]).ObservedBy(new Poison(epoch: 1, step: 2));
        var failure = await FluentActions.Awaiting(() => search.RunAsync()).Should().ThrowAsync<RunDivergedException>();
        failure.Which.Epoch.Should().Be(2);
        failure.Which.Step.Should().Be(4, "weights that are poisoned after step 3 spoil the loss of step 4");
        failure.Which.Checkpoint.Should().Be(folder["run/checkpoint"]);
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().HaveCount(1);

        SearchResult resumed = await Small.Search(data).ResumingFrom(folder["run"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(await Small.Search(data).RunAsync()));
    }

    [Fact]
    public async Task A_scheme_from_outside_the_package_works_as_the_built_in_ones_do()
    {
        using ClassificationDataset data = Small.Data();
        double[] own = Small.Alpha(await Small.Search(data, new EveryOtherStep()).RunAsync());
        double[] single = Small.Alpha(await Small.Search(data).RunAsync());
        own.Should().NotEqual(single).And.OnlyContain(a => double.IsFinite(a));
        own.Should().Contain(a => Math.Abs(a + Math.Log(7)) > 1e-3, "α must have moved");
    }

    [Fact]
    public async Task Observers_see_every_step_and_epoch_in_order_and_gradients_of_alpha()
    {
        using ClassificationDataset data = Small.Data();
        var diary = new Diary();
        await Small.Search(data).ObservedBy(diary).RunAsync();
        diary.Entries.Should().Equal(
        [
            "started", .. Enumerable.Range(0, 3)
                .SelectMany(e => Enumerable.Range(0, 4).Select(s => $"step {e}.{s}").Append($"epoch {e + 1}")), "completed",
        ]);
        diary.GradientNorms.Should().OnlyContain(g => g > 0).And.HaveCount(12);
    }

    [Fact]
    public async Task A_stopping_rule_ends_the_search_and_says_why()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data).Following(new AfterEpoch(2)).RunAsync();
        result.Epochs.Should().HaveCount(2);
        result.StopReason.Should().Be("two epochs are enough");
    }

    [Fact]
    public async Task A_user_space_with_wrong_shapes_is_refused_with_the_operation_named()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(4)
            .Operation("good", c => nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1))
            .Operation("unpadded", c => nn.Conv2d(c.InChannels, c.OutChannels, 3)).Build();
        await FluentActions.Awaiting(() => ArchitectureSearch.In(space).On(data).For(1, 10).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*'unpadded'*[N, 4, 6, 6]*[N, 4, 8, 8]*");
    }

    [Fact]
    public async Task Records_have_structured_fields()
    {
        using ClassificationDataset data = Small.Data();
        using var factory = new Recorder();
        await Small.Search(data).LoggingTo(factory).RunAsync();
        factory.Fields.Where(f => f.ContainsKey("Loss")).Should().HaveCount(3)
            .And.OnlyContain(f => f.ContainsKey("Epoch") && f.ContainsKey("Genotype") && f["Loss"] is double);
    }

    [Fact]
    public async Task Live_tensors_do_not_grow_from_epoch_to_epoch()
    {
        using ClassificationDataset data = Small.Data();
        var counter = new LiveTensors();
        await Small.Search(data, OptimizationSchemes.BiLevel).For(6, 10).ObservedBy(counter).RunAsync();
        counter.Counts.Skip(1).Distinct().Should().ContainSingle();
    }

    private sealed class LiveTensors : ISearchObserver
    {
        public List<long> Counts { get; } = [];

        public void OnEpoch(SearchMoment moment, EpochReport report) => Counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Poison(int epoch, int step) : ISearchObserver
    {
        public void OnStep(SearchMoment moment, StepOutcome outcome)
        {
            if ((moment.Epoch, moment.Step) != (epoch, step))
                return;
            using var _ = no_grad();
            using Scalar poison = Scalars.Of(double.NaN);
            moment.Context.Supernet.Weights[0].Parameter.fill_(poison);
        }
    }

    /// <summary>Moves w at every step and α at every other, with the same batch.</summary>
    private sealed class EveryOtherStep : IOptimizationScheme
    {
        private int steps;

        public string Name => "every-other-step";

        public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

        public StepOutcome Step(StepContext step)
        {
            BatchOutcome weights = step.UpdateWeights();
            return new StepOutcome(weights, steps++ % 2 == 0 ? step.UpdateArchitecture() : weights);
        }
    }

    private sealed class AfterEpoch(int epoch) : IEpochRule
    {
        public string Name => $"after {epoch}";

        public EpochDecision Decide(EpochRuleContext context) =>
            context.Reports.Count >= epoch ? EpochDecision.Stop("two epochs are enough") : EpochDecision.Continue;
    }

    private sealed class Diary : ISearchObserver
    {
        public List<string> Entries { get; } = [];
        public List<double> GradientNorms { get; } = [];

        public void OnStarted(SearchMoment moment) => Entries.Add("started");
        public void OnEpoch(SearchMoment moment, EpochReport report) => Entries.Add($"epoch {report.Epoch}");
        public void OnCompleted(SearchResult result) => Entries.Add("completed");

        public void OnStep(SearchMoment moment, StepOutcome outcome)
        {
            Entries.Add($"step {moment.Epoch}.{moment.Step}");
            GradientNorms.Add(moment.Context.Supernet.Architecture["cell"].grad!.norm().item<float>());
        }
    }

    private sealed class Recorder : ILoggerFactory, ILogger
    {
        public List<Dictionary<string, object?>> Fields { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;
        public void AddProvider(ILoggerProvider provider) { }
        public void Dispose() { }
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> format)
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> pairs)
                Fields.Add(pairs.ToDictionary(p => p.Key, p => p.Value));
        }
    }
}
