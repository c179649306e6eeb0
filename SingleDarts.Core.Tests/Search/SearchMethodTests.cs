using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search;

/// <summary>What every method of <see cref="SearchMethods"/> has to do, in the smallest space of its kind.</summary>
public class SearchMethodTests
{
    private static readonly SearchSpace Darts = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);

    private static readonly Dictionary<string, (SearchMethod Method, SearchSpace Space, Func<SearchOptions, SearchOptions> Smaller)> All =
        new (string Name, SearchMethod Method, SearchSpace Space, Func<SearchOptions, SearchOptions>? Smaller)[]
        {
            ("single-darts", SearchMethods.SingleDarts(), Small.Space, null),
            ("darts", SearchMethods.Darts(), Small.Space, null),
            ("darts in its space", SearchMethods.Darts(), Darts, null),
            ("single-darts in the space of DARTS", SearchMethods.SingleDarts(), Darts, null),
            ("darts-2nd", SearchMethods.DartsSecondOrder(), Small.Space, null),
            ("darts-2nd in the space of DARTS", SearchMethods.DartsSecondOrder(), Darts, null),
            ("enas", SearchMethods.Enas(candidates: 4, candidatesPerEpoch: 2), Small.Space,
                o => o with { Scheme = new EnasScheme { ControllerUpdates = 3, SamplesPerUpdate = 2 } }),
            ("rsps", SearchMethods.Rsps(candidates: 3), Small.Space,
                o => o with { Derivation = new DrawnSelection { Count = 3, CountPerEpoch = 2, BatchSize = 10 } }),
            ("rsps in the space of DARTS", SearchMethods.Rsps(candidates: 3), Darts,
                o => o with
                {
                    Derivation = new DrawnSelection { Count = 3, CountPerEpoch = 1, BatchSize = 10, Batches = 2, Finalists = 2 },
                }),
            ("rsps-nats", SearchMethods.RspsNats(candidates: 3), Small.Space,
                o => o with { Derivation = new DrawnSelection { Count = 3, CountPerEpoch = 2, BatchSize = 10, IsDistinct = true } }),
            ("setn", SearchMethods.Setn(candidates: 3), Small.Space,
                o => o with { Derivation = new MostProbableSelection { Count = 3, CountPerEpoch = 2, BatchSize = 10 } }),
            ("setn in the space of DARTS", SearchMethods.Setn(candidates: 3), Darts,
                o => o with { Derivation = new MostProbableSelection { Count = 3, CountPerEpoch = 2, BatchSize = 10 } }),
            ("gdas", SearchMethods.Gdas(), Small.Space, null),
            ("gdas in the space of DARTS", SearchMethods.Gdas(), Darts, null),
            ("pc-darts", SearchMethods.PcDarts(), Darts, null),
            ("pc-darts in the space of DARTS for ImageNet", SearchMethods.PcDarts(),
                SearchSpaces.DartsImageNet(3, channels: 4, layers: 3, size: 32), null),
            ("darts-minus", SearchMethods.DartsMinus(), Small.Space, null),
            ("darts-minus in the space of DARTS", SearchMethods.DartsMinus(), Darts, null),
            ("cdarts", SearchMethods.Cdarts(), Small.Space, null),
            ("cdarts in the space of DARTS", SearchMethods.Cdarts(evaluationLayers: 3), Darts, null),
            ("cdarts in the space of DARTS for ImageNet", SearchMethods.Cdarts(evaluationLayers: 3),
                SearchSpaces.DartsImageNet(3, channels: 4, layers: 3, size: 64), null),
            ("p-darts", SearchMethods.PDarts(layers: [3, 4], dropout: [0.1, 0.4]), Darts, null),
            ("darts-plus", SearchMethods.DartsPlus(new StableRanking(3)), Darts, null),
            ("dropnas", SearchMethods.DropNas(layers: 3), Darts, o => o with { Relaxation = new GroupDropSoftmax(0.1) }),
            ("fairdarts", SearchMethods.FairDarts(), Darts, o => o with { Derivation = new ThresholdEdges(0.5) }),
            ("sdarts-rs", SearchMethods.SdartsRs(), Darts, null),
            ("sdarts-adv", SearchMethods.SdartsAdv(), Darts, null),
            ("stacnas", SearchMethods.StacNas(layers: [3, 4]), Darts, null),
            ("sharpdarts", SearchMethods.SharpDarts(), Darts, null),
            ("sharpdarts in its own space", SearchMethods.SharpDarts(),
                SearchSpaces.SharpDarts(3, channels: 4, layers: 3, height: 8, width: 8), null),
            ("proxyless", SearchMethods.ProxylessNas(), Darts,
                o => o with { ArchitectureOptimizer = o.ArchitectureOptimizer.FreezeFor(0, of: 2).EverySteps(2) }),
            ("snas", SearchMethods.Snas(), Darts, null),
            ("r-darts-l2", SearchMethods.RDartsL2(), Darts, null),
            ("r-darts-dp", SearchMethods.RDartsDp(0.4), Darts, null),
            ("darts-es", SearchMethods.DartsEs(Often<EigenvalueStop>() with { Factor = 1e9 }), Darts, null),
            ("darts-ada", SearchMethods.DartsAda(Often<AdaptiveWeightDecay>()), Darts, null),
            // The first pruning takes two candidates of the last node of every cell.
            ("gold-nas", SearchMethods.GoldNas(layers: 3), Darts,
                o => o with { EpochRules = [new SharePruning { LargestShare = 0.12, Rounds = 80, LimitShare = 0 }] }),
        }.ToDictionary(m => m.Name, m => (m.Method, m.Space, m.Smaller ?? (o => o)));

    /// <summary>A rule that reacts after the first epoch, to what it measured there alone.</summary>
    private static T Often<T>() where T : EigenvalueRule, new() =>
        new T() with
        {
            Interval = 1, Window = 1, Distance = 0, FirstEpoch = 0, Factor = 0.5,
            // The exact one takes a minute here; tests of the curvature hold it.
            Product = HessianProduct.FiniteDifference,
        };

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Methods of two stages, each of as many epochs as the search.</summary>
    private static readonly string[] Staged = ["p-darts", "stacnas"];

    private static ClassificationDataset Data(string name) => Small.Data(size: (int)All[name].Space.InputShape[^1]);

    [Fact]
    public void Every_method_is_tried_in_every_space_that_it_was_published_for() => SearchMethods.All
        .SelectMany(method => method.Spaces.Select(space => (method.Name, space)))
        .Except(All.Values.Select(row => (row.Method.Name, row.Space.Name))).Should().BeEmpty();

    private static ArchitectureSearch Search(string name, ClassificationDataset data, long seed = 1)
    {
        var (method, space, smaller) = All[name];
        return ArchitectureSearch.In(space, method).On(data).With(smaller).For(2, 10).WithSeed(seed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Slow")]
    public async Task A_search_repeats_itself_and_is_resumed_at_a_random_step_bit_for_bit(string name)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Data(name);
        SearchResult whole = await Search(name, data).SavingTo(folder["whole"]).RunAsync();
        SearchSpace space = All[name].Method.Space(All[name].Space);
        space.Derive(space.Derivation, whole.Architecture).Should().NotBeNull();
        SearchResult again = await Search(name, data).RunAsync();
        again.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        again.Genotype.Should().Be(whole.Genotype);
        (await Search(name, data, seed: 2).RunAsync()).Epochs.Select(Numbers).Should().NotEqual(whole.Epochs.Select(Numbers));

        int steps = 0;
        await Search(name, data).ReportingTo(new Immediately(_ => steps++)).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search(name, data).SavingTo(folder["cut"])
            .ReportingTo(Immediately.At(new Random(name.Length).Next(1, steps), stop.Cancel)).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await Search(name, data).ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(Numbers).Should().Equal(whole.Epochs.Select(Numbers));
        resumed.Genotype.Should().Be(whole.Genotype);
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Faults_are_found_before_any_work(string name)
    {
        using ClassificationDataset data = Data(name);
        FluentActions.Invoking(() => Search(name, data).UpdatingWeights(o => o.Sgd(-1)).For(0, 10).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*learning rate*-1*").WithMessage("*number of epochs is 0*");
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Slow")]
    public async Task No_tensor_is_left_behind_by_an_epoch(string name)
    {
        using ClassificationDataset data = Data(name);
        var live = new List<long>();
        // The two returns of DARTS-ADA are over after the fourth epoch, and no state is kept any more.
        int epochs = Staged.Contains(name) ? 2 : name == "darts-ada" ? 6 : 4;
        await Search(name, data).For(epochs, 10).ObservedBy(new LiveTensors(live)).RunAsync();
        live.Skip(name == "darts-ada" ? 4 : 1).Distinct().Should().HaveCount(Staged.Contains(name) ? 2 : 1, string.Join(' ', live));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_method_says_where_it_comes_from_and_what_is_said_afterwards_overrides_it(string name)
    {
        var (method, space, _) = All[name];
        method.Source.Should().NotBeEmpty();
        ArchitectureSearch search = ArchitectureSearch.In(space, method);
        search.Options.Method.Should().Be(method.Name);
        search.For(7, 33).Using(OptimizationSchemes.SameSubset).Options.Should()
            .Be(search.Options with { Epochs = 7, BatchSize = 33, Scheme = OptimizationSchemes.SameSubset });
    }

    private static string Numbers(EpochReport report) => RunJson.Write(report with { Seconds = 0, DataSeconds = 0 });

    private sealed class LiveTensors(List<long> counts) : ISearchObserver
    {
        public void OnEpoch(SearchMoment moment, EpochReport report) => counts.Add(MemoryUsage.Now().LiveTensors);
    }
}
