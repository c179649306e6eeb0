using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Tests.Runs;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Search.Methods;

/// <summary>Short searches of every method of the literature in the spaces that it is for: they repeat, resume and keep nothing.</summary>
public class MethodRunTests
{
    private static readonly SearchSpace Darts = SearchSpaces.Darts(3, channels: 8, layers: 3, height: 8, width: 8);

    private static readonly Dictionary<string, (SearchMethod Method, SearchSpace Space)> Methods = new()
    {
        ["GDAS in NAS-Bench-201"] = (SearchMethods.Gdas(), Small.Space),
        ["GDAS in DARTS"] = (SearchMethods.Gdas(), Darts),
        ["PC-DARTS in DARTS"] = (SearchMethods.PcDarts(), Darts),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_search_repeats_and_resumes_bit_for_bit_at_a_random_step(string name)
    {
        var (method, space) = Methods[name];
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => ArchitectureSearch.In(space, method).On(data).For(epochs: 4, batchSize: 10).WithSeed(1)
            .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1 });
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        SearchResult again = await Search().SavingTo(folder["again"]).RunAsync();
        int step = new Random(name.Length).Next(1, 8);
        await ResumablePartsTests.Cancelled(step, (bar, stop) => Search().SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();

        foreach (var (result, where) in new[] { (again, "again"), (resumed, "cut") })
        {
            result.Genotype.Should().Be(whole.Genotype);
            ResumablePartsTests.SameCheckpoints(folder["whole"], folder[where]);
        }
        File.ReadAllText(folder["whole/options.json"]).Should().Contain($"\"method\": \"{method.Name}\"");
        whole.Cost.Should().Be(new CostModel(space).Of(whole.Genotype));
        Genotype.Parse(whole.Genotype.ToString()).Should().Be(whole.Genotype);
        using var network = new EvaluationNetwork(space, whole.Genotype, new() { AllowRepeatedEdges = true });
        network.MeasureCost().Parameters.Should().Be(whole.Cost.Parameters);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_search_keeps_no_tensors(string name)
    {
        var (method, space) = Methods[name];
        using ClassificationDataset data = Small.Data();
        var live = new LiveTensors();
        ArchitectureSearch search = ArchitectureSearch.In(space, method).On(data).For(epochs: 6, batchSize: 10).ObservedBy(live);
        await search.ComputingCells(CellExecution.PerEdge).RunAsync();
        live.Counts.Skip(2).Distinct().Should().ContainSingle();

        // What merged cells plan for a choice of candidates is left to the garbage collector, and differs from choice to choice.
        live.AfterCollection.Clear();
        await search.For(epochs: 12).RunAsync();
        live.AfterCollection.Skip(6).Max().Should().BeLessThanOrEqualTo(live.AfterCollection.Take(6).Max() + 60);
    }

    private sealed class LiveTensors : ISearchObserver
    {
        public List<long> Counts { get; } = [];

        public List<long> AfterCollection { get; } = [];

        public void OnEpoch(SearchMoment moment, EpochReport report)
        {
            Counts.Add(MemoryUsage.Now().LiveTensors);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            AfterCollection.Add(torch.Tensor.TotalCount);
        }
    }
}
