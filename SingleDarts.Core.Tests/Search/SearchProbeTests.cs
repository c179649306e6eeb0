using Microsoft.Extensions.Logging.Abstractions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>What the trial before a search accepts, and that it leaves everything as it was.</summary>
public class SearchProbeTests
{
    public static TheoryData<string> Spaces =>
        ["nasbench201", "darts", "restricted", "S1", "S2", "S3", "S4", "vectors", "single", "frozen", "own in place", "branches"];

    [Theory]
    [MemberData(nameof(Spaces))]
    public void Legitimate_spaces_are_accepted(string name) => Trial(Space(name)).Faults.Should().BeEmpty();

    [Theory]
    [InlineData("nasbench201", false)]
    [InlineData("darts", false)]
    [InlineData("S4", false)]
    [InlineData("branches", true)]
    public void It_tells_whether_the_network_draws_from_the_global_generator(string name, bool draws) =>
        Trial(Space(name)).DrawsFromGlobalGenerator.Should().Be(draws);

    public static TheoryData<IRelaxation> Relaxed =>
    [
        Relaxations.Sigmoid, Relaxations.Softmax, new Given("gdas", (alpha, context) =>
        {
            Tensor soft = (alpha - rand(alpha.shape, generator: context.Generator).log().neg().log()).softmax(-1);
            return MixingWeights.StraightThrough(soft);
        }),
        new Given("annealed to 0", (alpha, context) => alpha.Over(1 - context.Progress).softmax(-1)),
    ];

    [Theory]
    [MemberData(nameof(Relaxed))]
    public void Shipped_and_sampled_relaxations_are_accepted(IRelaxation relaxation)
    {
        foreach (SearchSpace space in new[] { Small.Space, Restricted.Small })
            Trial(space, o => o with { Relaxation = relaxation, Penalties = [new ZeroOneLoss()] }).Faults.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_ends_where_it_does_without_the_trial(bool random)
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = random ? Space("branches") : Small.Space;
        ArchitectureSearch search = ArchitectureSearch.In(space).On(data).For(2, 10).WithSeed(3)
            .With(o => o with { TrackRunningStatistics = true });
        using var source = new DatasetSource(data, search.Options.Device, search.Options.DataType, search.Options.Transform);
        using var body = new SearchBody(space, source, search.Options, NullLogger.Instance);
        var engine = new RunEngine<EpochReport, SearchResult>(body, search.Options, null, NullLogger.Instance, null);
        EpochReport[] without = [.. engine.Epochs(CancellationToken.None)];
        SearchResult with = await search.RunAsync();
        with.Epochs.Select(e => (e.WeightLoss, e.ArchitectureLoss)).Should().Equal(without.Select(e => (e.WeightLoss, e.ArchitectureLoss)));
        with.Epochs[^1].Architecture["cell"].Alpha.Should()
            .BeEquivalentTo(without[^1].Architecture["cell"].Alpha, o => o.WithStrictOrdering());
        new SearchProbe(space, source, search.Options).DrawsFromGlobalGenerator.Should().Be(random);
    }

    [Fact]
    public void The_global_generator_is_put_back()
    {
        TorchRuntime.EnsureLoaded();
        using (GlobalRandom.Borrow(5))
        {
            using Tensor before = random.get_rng_state();
            Trial(Space("branches"));
            using Tensor after = random.get_rng_state();
            after.bytes.SequenceEqual(before.bytes).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_refused_search_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await FluentActions.Awaiting(() => Small.Search(data).Relaxing(new Given("transposed", (alpha, _) => alpha.softmax(-1).t()))
            .SavingTo(folder["run"]).RunAsync()).Should().ThrowAsync<InvalidRunException>();
        Directory.Exists(folder["run"]).Should().BeFalse();
    }

    [Fact]
    public void Tensors_of_the_trial_are_freed()
    {
        Trial(Space("branches"));
        long before = MemoryUsage.Now().LiveTensors;
        Trial(Space("branches"));
        MemoryUsage.Now().LiveTensors.Should().Be(before);
    }

    [Fact]
    public async Task Alpha_that_a_scheme_leaves_alone_stays()
    {
        using ClassificationDataset data = Small.Data();
        Small.Alpha(await Small.Search(data, new Own(step => step.UpdateWeights() is var w ? new StepOutcome(w, w) : null!)).For(1, 10)
            .RunAsync())
            .Should().OnlyContain(alpha => Math.Abs(alpha + Math.Log(7)) < 1e-6);
    }

    [Fact]
    public async Task Frozen_weights_stay_where_they_are_in_every_scheme()
    {
        using ClassificationDataset data = Small.Data();
        foreach (IOptimizationScheme scheme in new IOptimizationScheme[] { OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel,
            OptimizationSchemes.BiLevelSecondOrder })
        {
            var watch = new FrozenWeights();
            await ArchitectureSearch.In(Space("frozen")).On(data).Using(scheme)
                .UpdatingWeights(o => o.Sgd(0.1, weightDecay: 0.1).Constant().ClipGradientNorm(null)).For(1, 10).ObservedBy(watch)
                .RunAsync();
            watch.Values.Should().NotBeEmpty().And.OnlyContain(value => value == 0.25f);
        }
    }

    internal static SearchProbe Trial(SearchSpace space, Func<SearchOptions, SearchOptions>? change = null) =>
        new(space, null, (change ?? (o => o))(new SearchOptions()));

    /// <summary>One stage of one cell beside a skip connection.</summary>
    internal static SearchSpaceBuilder With(string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create,
        bool isLearnable = true) =>
        SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(2).Cell(nodes: 2)
            .Operation("skip", Blocks.Skip, isLearnable: false).Operation(name, create, isLearnable);

    private static SearchSpace Space(string name)
    {
        SearchSpace Darts(params CandidateOperation[] operations) =>
            SearchSpaces.Darts(3, channels: 2, layers: 3, height: 8, width: 8, operations: operations);
        return name switch
        {
            "nasbench201" => Small.Space,
            "darts" => Darts([.. DartsOperations.All]),
            "restricted" => Restricted.Small,
            "S1" => Restricted.AtRandom(Darts([.. DartsOperations.All]), seed: 3),
            "S2" => Darts(DartsOperations.SkipConnect, DartsOperations.SepConv3x3),
            "S3" => Darts(DartsOperations.None, DartsOperations.SkipConnect, DartsOperations.SepConv3x3),
            "S4" => Darts(new CandidateOperation("noise", place => new Documentation.Noise(place), isLearnable: false),
                DartsOperations.SepConv3x3),
            "vectors" => SearchSpace.Define("vectors").Input(5).Classes(2).Channels(8).Cell(nodes: 2)
                .Operation("identity", _ => nn.Identity(), isLearnable: false)
                .Operation("linear", c => nn.Sequential(nn.ReLU(), nn.Linear(c.InChannels, c.OutChannels)))
                .Stem(c => nn.Linear(c.InChannels, c.OutChannels)).Head(c => nn.Linear(c.InChannels, c.OutChannels)).Build(),
            "single" => With("conv", c => new ReluConvBatchNorm(c, 3)).Allow("cell", 0, "conv").Allow("cell", 1, "skip").Build(),
            "frozen" => With("fixed", c => new Module(c, (conv, x) => conv.call(x), frozen: true)).Build(),
            "own in place" => With("own", c => nn.Sequential(nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1), nn.ReLU(inplace: true)))
                .Build(),
            "branches" => With("sometimes", c =>
                new Module(c, (conv, x) => rand(1).item<float>() < 0.2 ? conv.call(nn.functional.dropout(x)) : x.Times(1L))).Build(),
            _ => throw new ArgumentException(name),
        };
    }

    private sealed class FrozenWeights : ISearchObserver
    {
        public List<float> Values { get; } = [];

        public void OnEpoch(SearchMoment moment, EpochReport report) => Values.AddRange(moment.Context.Supernet.Weights
            .Where(w => !w.Parameter.requires_grad).SelectMany(w => w.Parameter.data<float>().ToArray()));
    }
}

/// <summary>A relaxation by a function.</summary>
internal sealed class Given(string name, Func<Tensor, RelaxationContext, MixingWeights> p, Func<long, long, Tensor>? start = null)
    : IRelaxation
{
    public string Name => name;

    public Tensor Initialize(long edges, long operations, Generator generator) =>
        start?.Invoke(edges, operations) ?? zeros(edges, operations, ScalarType.Float64);

    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => p(alpha, context);

    public override string ToString() => name;
}

/// <summary>A scheme by its step.</summary>
internal sealed class Own(Func<StepContext, StepOutcome> step, Func<long, SampleAllocation>? allocate = null) : IOptimizationScheme
{
    public string Name => "own";

    public SampleAllocation Allocate(long samples, Generator generator) => allocate is null ? new(SampleOrder.All(samples))
        : allocate(samples);

    public StepOutcome Step(StepContext step_) => step(step_);
}

/// <summary>A convolution 1×1 and what is done with it; nobody calls RegisterComponents.</summary>
internal sealed class Module : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Conv2d? conv;
    private readonly TorchSharp.Modules.Conv2d[] hidden = [];
    private readonly Func<TorchSharp.Modules.Conv2d, Tensor, Tensor> forward_;

    public Module(OperationContext context, Func<TorchSharp.Modules.Conv2d, Tensor, Tensor> forward, bool registers = true,
        bool frozen = false) : base("own")
    {
        forward_ = forward;
        var made = nn.Conv2d(context.InChannels, context.OutChannels, 1, stride: context.Stride, bias: false);
        if (registers)
            conv = made;
        else
            hidden = [made];
        if (frozen)
        {
            using var _ = no_grad();
            using Scalar quarter = Scalars.Of(0.25);
            made.weight.requires_grad_(false).fill_(quarter);
        }
    }

    public override Tensor forward(Tensor input) => forward_(conv ?? hidden[0], input);
}
