using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The parts that docs/how-to/own-scheme.md declares, compiled from the page and searched with: what a stranger writes.</summary>
[Trait("Category", "Slow")]
public class OwnSchemePage(OwnSchemePage.Compiled compiled) : IClassFixture<OwnSchemePage.Compiled>
{
    private static readonly SearchSpace Darts = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
    private readonly CompiledPage page = compiled.Page;

    [Fact]
    public async Task Gumbel_one_hot_with_annealing_takes_fewer_than_40_lines()
    {
        page.Lines("GumbelOneHot").Should().BeInRange(10, 39);
        SearchResult result = await Resumed(data => Small.Search(data, OptimizationSchemes.BiLevel)
            .Relaxing(page.Make<IRelaxation>("GumbelOneHot")));
        Softmax(result.Architecture["cell"].Alpha).Zip(result.Architecture["cell"].OperationWeights.Cast<double>())
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6, "a snapshot has the expectation and no draw");
        using var supernet = new Supernet(Small.Space, page.Make<IRelaxation>("GumbelOneHot"), new SupernetOptions { Seed = 1 });
        using var scope = NewDisposeScope();
        supernet.MoveTo(new EpochPosition(2, 0, 3), step: 0);
        MixingWeights weights = supernet.Relax()["cell"];
        weights.Computed!.Cast<bool>().Count(isComputed => isComputed).Should().Be(6);
        weights.P.sum(1).data<float>().Should().OnlyContain(sum => Math.Abs(sum - 1) < 1e-6);
    }

    [Fact]
    public async Task Beta_of_PC_DARTS_takes_fewer_than_40_lines()
    {
        page.Lines("EdgeSoftmax").Should().BeInRange(10, 39);
        var mine = page.Make<IRelaxation>("EdgeSoftmax");
        await Resumed(data => ArchitectureSearch.In(Darts, SearchMethods.PcDarts()).On(data).Relaxing(mine).For(2, 10)
            .UpdatingArchitecture(o => o.FreezeFor(0, of: 1)));
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Darts, mine);
        MixingWeights weights = supernet.Relax()["normal"];
        using (no_grad())
            supernet.Architecture.Further("normal")["beta"].copy_(tensor([.. Enumerable.Range(0, 14).Select(e => (float)e)]));
        float[] factors = supernet.Relax()["normal"].EdgeFactors!.data<float>().ToArray();
        foreach (var node in Darts.Cells[0].Topology.Edges.GroupBy(edge => edge.Target))
        {
            double all = node.Sum(edge => Math.Exp(edge.Index));
            foreach (CellEdge edge in node)
                factors[edge.Index].Should().BeApproximately((float)(Math.Exp(edge.Index) / all), 1e-6f);
        }
    }

    [Fact]
    public async Task Random_search_with_a_selection_takes_fewer_than_40_lines_and_its_result_is_the_search_s()
    {
        (page.Lines("RandomPaths") + page.Lines("BestOfRandom")).Should().BeInRange(10, 39);
        OneShotSelection selection = page.Make<OneShotSelection>("BestOfRandom") with { Count = 8, CountPerEpoch = 2, BatchSize = 10 };
        SearchResult result = await Resumed(data => Small.Search(data).Using(page.Make<IOptimizationScheme>("RandomPaths"))
            .Deriving(selection));
        result.Epochs.Select(e => string.Join(' ', e.Architecture["cell"].Alpha.Cast<double>())).Distinct().Should()
            .ContainSingle("α stands still");
        result.Genotype["cell"].Nodes.Sum(node => node.Count).Should().Be(6);
    }

    [Fact]
    public async Task Every_other_part_of_the_page_is_searched_with()
    {
        var uses = new Dictionary<string, Func<ArchitectureSearch, ArchitectureSearch>>
        {
            ["DelayedSingleLevel"] = search => search.Using(page.Make<IOptimizationScheme>("DelayedSingleLevel")),
            ["UnevenScheme"] = search => search.Using(page.Make<IOptimizationScheme>("UnevenScheme")),
            ["SmallEnas"] = search => search.Using(page.Make<IOptimizationScheme>("SmallEnas")).Deriving(new DrawnSelection { Count = 3 }),
            ["LearnableArgmax"] = search => search.Deriving(page.Make<IDerivation>("LearnableArgmax")),
            ["MostProbable"] = search => search.Relaxing(Relaxations.Softmax)
                .Deriving(page.Make<OneShotSelection>("MostProbable") with { Count = 4, CountPerEpoch = 0, BatchSize = 10 }),
            ["TemperedSigmoid"] = search => search.Relaxing(page.Make<IRelaxation>("TemperedSigmoid")),
            ["LearntScale"] = search => search.Decorating(page.Make<IEdgeDecorator>("LearntScale")),
            ["AlphaDecay"] = search => search.Penalizing(page.Make<IPenalty>("AlphaDecay", 1e-3)),
            ["Halving"] = search => search.UpdatingWeights(o => o with { Schedule = page.Make<Schedule>("Halving", 2) }),
            ["StableGenotype"] = search => search.Following(page.Make<IEpochRule>("StableGenotype", 2)),
            ["Progressive"] = search => search.Following(page.Make<IEpochRule>("Progressive", new[] { 2 }, new[] { 2 })),
            ["GradientNorms"] = search => search.ObservedBy(page.Make<IRunObserver>("GradientNorms")),
            ["Times"] = search => search.ObservedBy(page.Make<IRunObserver>("Times")),
        };
        page.Names.Except(["GumbelOneHot", "EdgeSoftmax", "RandomPaths", "BestOfRandom", "ControllerRun"]).Should()
            .BeEquivalentTo(uses.Keys);
        using ClassificationDataset data = Small.Data();
        foreach (var (name, use) in uses)
            (await use(Small.Search(data)).RunAsync()).Epochs.Should().NotBeEmpty(name);
    }

    /// <summary>The result of a search that is cut in the middle and resumed, which is the whole one's.</summary>
    private static async Task<SearchResult> Resumed(Func<ClassificationDataset, ArchitectureSearch> search)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await search(data).RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => search(data).SavingTo(folder["cut"]).ReportingTo(Immediately.At(3, stop.Cancel))
            .RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await search(data).ResumingFrom(folder["cut"]).RunAsync();
        string Numbers(SearchResult result) => string.Join('\n', result.Epochs.Select(
            e => RunJson.Write(e with { Seconds = 0, DataSeconds = 0 }))) + result.Genotype;
        Numbers(resumed).Should().Be(Numbers(whole));
        return whole;
    }

    private static IEnumerable<double> Softmax(double[,] alpha)
    {
        for (int edge = 0; edge < alpha.GetLength(0); edge++)
        {
            double[] row = [.. Enumerable.Range(0, alpha.GetLength(1)).Select(k => Math.Exp(alpha[edge, k]))];
            foreach (double value in row)
                yield return value / row.Sum();
        }
    }

    /// <summary>Compiled once for all tests.</summary>
    public sealed class Compiled
    {
        internal CompiledPage Page { get; } = new("docs/how-to/own-scheme.md");
    }
}
