using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Searches of five epochs that return after the fourth to the state of the second, so that they have seven.</summary>
public class ReturnTests
{
    private static ArchitectureSearch Search(ClassificationDataset data, IEpochRule? rule = null) => Small.Search(data).For(5)
        .Relaxing(Relaxations.Softmax).Decorating(new EdgeDropPath(0.2)).Following(rule ?? new Returning(4, 2));

    [Fact]
    public async Task The_state_and_the_schedules_are_those_of_the_earlier_epoch_and_the_options_those_of_the_rule()
    {
        using ClassificationDataset data = Small.Data();
        var seen = new States();
        var spy = new Spy();
        SearchResult result = await Search(data, new Returning(4, 2, o => o with
        {
            WeightOptimizer = o.WeightOptimizer.WithWeightDecay(0.25), EdgeDecorators = [new EdgeDropPath(0.5)],
        })).Following(spy).ObservedBy(seen).RunAsync();

        result.Epochs.Select(e => (e.Epoch, e.Epochs, e.Follows)).Should().Equal(
            (1, 5, null), (2, 5, null), (3, 5, null), (4, 5, null), (5, 7, 2), (6, 7, null), (7, 7, null));
        seen.Started.Should().Equal((1, 0), (1, 4));
        seen.AtStart[1].Keys.Should().BeEquivalentTo(seen.AfterEpoch[1].Keys).And.Contain(key => key.EndsWith("/momentum"))
            .And.Contain("alpha.cell");
        foreach (var (name, values) in seen.AtStart[1])
            values.Should().Equal(seen.AfterEpoch[1][name], name);
        seen.AtStart[1]["alpha.cell"].Should().NotEqual(seen.AfterEpoch[3]["alpha.cell"]);
        double[] rates = [.. result.Epochs.Select(e => e.WeightLearningRate)];
        rates[4..6].Should().Equal(rates[2..4]);
        rates[6].Should().BeApproximately(0.005 * 0.5 * (1 + Math.Cos(Math.PI * 4 / 5)), 1e-12);
        spy.Contexts.Select(c => string.Join(' ', c.History.Select(report => report.Epoch))).Should()
            .Equal("1", "1 2", "1 2 3", "1 2 3 4", "1 2 5", "1 2 5 6", "1 2 5 6 7");
        spy.Contexts.Select(c => c.EpochOfStage).Should().Equal(1, 2, 3, 4, 3, 4, 5);
        spy.Contexts.Select(c => c.Options.WeightOptimizer.Optimizer.WeightDecay).Should()
            .Equal(3e-4, 3e-4, 3e-4, 3e-4, 0.25, 0.25, 0.25);
        seen.Decays.Distinct().Should().Equal(3e-4, 0.25);
        seen.Progress.Should().Equal([0, 1, 2, 3, 2, 3, 4]);
    }

    [Fact]
    public async Task Parts_with_state_are_put_back_and_rules_and_observers_are_not()
    {
        using ClassificationDataset data = Small.Data();
        CountingRelaxation relaxation = new();
        CountingPenalty penalty = new();
        var observer = new CountingObserver();
        var calls = new List<(long, long)>();
        await Search(data).Relaxing(relaxation).Penalizing(penalty).Following(new CountingRule(100)).ObservedBy(observer)
            .ObservedBy(new AtEpochs(() => calls.Add((relaxation.Calls, penalty.Calls)))).RunAsync();
        long perEpoch = calls[1].Item2 - calls[0].Item2;
        calls.Select(c => c.Item2).Should().Equal(Enumerable.Range(0, 8).Select(i => perEpoch * (i <= 4 ? i : i - 2)).Skip(1));
        (calls[4].Item1 - calls[1].Item1).Should().Be(calls[1].Item1 - calls[0].Item1);
        observer.Calls.Should().Be(28);
    }

    public static TheoryData<int> Steps => [5, 8, 15, 16, 17, new Random(3).Next(18, 28)];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_resume_before_at_and_behind_a_return_is_bit_for_bit(int step)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Every() => Search(data, new Returning(4, 2, o => o with
        {
            WeightOptimizer = o.WeightOptimizer.WithWeightDecay(0.25),
        })).Using(new CountingScheme()).With(o => o with { Prefetch = step % 2 == 1 });
        SearchResult whole = await Every().SavingTo(folder["whole"]).RunAsync();
        await Runs.ResumablePartsTests.Cancelled(step, (bar, stop) => Every().SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Every().ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(StagesTests.Numbers).Should().Equal(whole.Epochs.Select(StagesTests.Numbers));
        resumed.Genotype.Should().Be(whole.Genotype);
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    [Fact]
    public async Task A_return_saves_a_checkpoint_whatever_the_interval_and_a_kill_goes_back_to_it()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Search(data).RunAsync();
        await FluentActions.Awaiting(() => Search(data).ObservedBy(new AtEpochs(() => { }, failsAt: 6)).SavingTo(folder["run"], 100)
            .RunAsync()).Should().ThrowAsync<InvalidOperationException>();
        (IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =
            SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]);
        metadata["epoch"].Should().Be("4");
        tensors.Keys.Where(name => name.StartsWith("kept/", StringComparison.Ordinal)).Select(name => name.Split('/')[1]).Distinct()
            .Should().BeEquivalentTo("1", "2");
        SearchResult resumed = await Search(data).ResumingFrom(folder["run"], 100).RunAsync();
        resumed.Epochs.Select(StagesTests.Numbers).Should().Equal(whole.Epochs.Select(StagesTests.Numbers));
    }

    [Fact]
    public async Task A_second_return_may_go_to_the_same_epoch_and_a_stop_to_one_that_was_discarded()
    {
        using ClassificationDataset data = Small.Data();
        var seen = new States();
        SearchResult result = await Search(data, new Deciding(context => context.Reports.Count is 3 or 5 or 7
            ? EpochDecision.Return(2) : context.Reports.Count == 8 ? EpochDecision.Stop("enough", epoch: 3) : EpochDecision.Continue,
            keeps: context => context.History.Select(report => report.Epoch))).ObservedBy(seen).RunAsync();
        result.Epochs.Select(e => e.Follows).Should().Equal(null, null, null, 2, null, 2, null, 2);
        foreach (int start in new[] { 1, 2, 3 })
            seen.AtStart[start]["alpha.cell"].Should().Equal(seen.AfterEpoch[1]["alpha.cell"]);
        (result.GenotypeEpoch, result.Genotype).Should().Be((3, result.Epochs[2].Genotype));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 6)]
    public async Task Candidates_that_were_pruned_between_are_there_again(int to, int zeros)
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Search(data, new Returning(5, to)).For(6).Following(new PruningAfter(3, 4)).RunAsync();
        int[] pruned = [.. result.Epochs.Select(e => e.Architecture["cell"].OperationWeights.Cast<double>().Count(p => p == 0))];
        pruned[..6].Should().Equal(0, 0, 0, 6, 12, zeros);
    }

    public static TheoryData<string, string> Impossible => new()
    {
        { "dropped", "*'deciding' returns after epoch 4 to epoch 2, whose state is not kept; expected one of 3, 4*" },
        { "later", "*returns after epoch 4 to epoch 5, whose state is not kept*" },
        { "options", "*returns after epoch 4 with other options; expected context.Options with*" },
        { "decorators", "*returns after epoch 4 with other options*as many decorators as before*" },
        { "decay", "*returns after epoch 4 with options that do not fit the search*weight decay of the weights optimiser is -1*" },
        { "two", "*The rules 'deciding' and 'other' change the space after epoch 4 or return to another epoch; expected one*" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task What_cannot_be_done_is_rejected_and_nothing_saved_is_lost(string case_, string message)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        EpochDecision Decide(EpochRuleContext context) => context.Reports.Count < 4 ? EpochDecision.Continue : case_ switch
        {
            "dropped" => EpochDecision.Return(2),
            "later" => EpochDecision.Return(5),
            "options" => EpochDecision.Return(3, context.Options with { BatchSize = 5 }),
            "decorators" => EpochDecision.Return(3, context.Options with { EdgeDecorators = [] }),
            "decay" => EpochDecision.Return(3, context.Options with
            {
                WeightOptimizer = context.Options.WeightOptimizer.WithWeightDecay(-1),
            }),
            _ => EpochDecision.Return(3),
        };
        ArchitectureSearch search = Search(data, new Deciding(Decide, keeps: context => context.History.Select(r => r.Epoch).TakeLast(2)));
        if (case_ == "two")
            search = search.Following(new Deciding(context => context.Reports.Count < 4 ? EpochDecision.Continue
                : EpochDecision.NextStage(context.Space), "other"));
        await FluentActions.Awaiting(() => search.SavingTo(folder["run"]).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage(message);
        SafeTensorsFile.Read(folder["run/checkpoint/latest.safetensors"]).Metadata["epoch"].Should().Be("3");
    }

    [Fact]
    public async Task An_epoch_of_an_earlier_stage_cannot_be_returned_to()
    {
        using ClassificationDataset data = Small.Data();
        await FluentActions.Awaiting(() => Search(data, new Returning(6, 4)).Following(new Progressive(2)).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*returns after epoch 6 to epoch 4, whose state is not kept*of 6*");
    }

    /// <summary>Keeps every epoch, and returns once.</summary>
    private sealed record Returning(int After, int To, Func<SearchOptions, SearchOptions>? Change = null) : IEpochRule
    {
        public string Name => "returning";

        public IEnumerable<int> Returns(EpochRuleContext context) =>
            context.Reports.Count > After ? [] : context.History.Select(report => report.Epoch);

        public EpochDecision Decide(EpochRuleContext context) => context.Reports.Count == After
            ? EpochDecision.Return(To, Change?.Invoke(context.Options)) : EpochDecision.Continue;
    }

    private sealed class Spy : IEpochRule
    {
        public List<EpochRuleContext> Contexts { get; } = [];

        public string Name => "spy";

        public EpochDecision Decide(EpochRuleContext context)
        {
            Contexts.Add(context);
            return EpochDecision.Continue;
        }
    }

    private sealed class AtEpochs(Action done, int failsAt = -1) : IRunObserver
    {
        public void OnStepStarting(RunMoment moment)
        {
            if (moment.Epoch == failsAt)
                throw new InvalidTimeZoneException();
        }

        public void OnEpoch(RunMoment moment, RunReport report) => done();
    }

    /// <summary>Weights, α and momentum.</summary>
    private sealed class States : ISearchObserver
    {
        public List<Dictionary<string, double[]>> AtStart { get; } = [];
        public List<Dictionary<string, double[]>> AfterEpoch { get; } = [];
        public List<(int Stage, int Epoch)> Started { get; } = [];
        public List<double> Decays { get; } = [];
        public List<int> Progress { get; } = [];

        public void OnStarted(SearchMoment moment) => Start(moment);

        public void OnStageStarted(SearchMoment moment) => Start(moment);

        public void OnEpoch(SearchMoment moment, EpochReport report)
        {
            AfterEpoch.Add(State(moment.Context));
            Progress.Add(moment.Position.Epoch);
            Decays.Add(moment.Context.WeightOptimizer.Settings.Optimizer.WeightDecay);
        }

        private void Start(SearchMoment moment)
        {
            Started.Add((moment.Stage, moment.Epoch));
            AtStart.Add(State(moment.Context));
        }

        private static Dictionary<string, double[]> State(StepContext context)
        {
            using var scope = NewDisposeScope();
            return context.Supernet.state_dict()
                .Concat(context.WeightOptimizer.SaveState()).Concat(context.ArchitectureOptimizer.SaveState())
                .ToDictionary(entry => entry.Key, entry => entry.Value.detach()
                    .to(ScalarType.Float64).reshape(-1).data<double>().ToArray());
        }
    }
}
