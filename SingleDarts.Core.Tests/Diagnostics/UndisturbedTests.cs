using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class UndisturbedTests
{
    private static readonly IOptimizationScheme[] AllSchemes =
    [
        OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.BiLevelSecondOrder,
        OptimizationSchemes.SameSubset,
    ];

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Search_with_every_diagnostic_ends_bit_for_bit_as_without(int scheme)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data, AllSchemes[scheme])
            .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 });
        await Search().SavingTo(folder["plain"]).RunAsync();
        await Search().With(Every.Diagnostic()).SavingTo(folder["watched"]).RunAsync();
        Same(folder["plain"], folder["watched"]);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Search_whose_operations_and_relaxation_draw_random_numbers_and_keep_statistics_is_not_disturbed()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpace.Define("random").Input(3, 8, 8).Classes(3).Channels(4)
            .Operation("skip_connect", _ => nn.Identity(), isLearnable: false)
            .Operation("dropout", c => nn.Sequential(nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1), nn.Dropout(0.3)))
            .Operation("nor_conv_3x3", c => new ReluConvBatchNorm(c, 3)).Build();
        ArchitectureSearch Search() => ArchitectureSearch.In(space).On(data).Relaxing(new Gumbel())
            .For(3, 10).WithSeed(1).With(o => o with { TrackRunningStatistics = true });
        SearchResult plain = await Search().SavingTo(folder["plain"]).RunAsync();
        SearchResult watched = await Search().With(Every.Diagnostic(table: false)).SavingTo(folder["watched"]).RunAsync();
        Same(folder["plain"], folder["watched"]);
        watched.Architecture["cell"].OperationWeights.Should().BeEquivalentTo(plain.Architecture["cell"].OperationWeights);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public async Task Gradients_of_the_step_before_stay_in_the_parameters()
    {
        using ClassificationDataset data = Small.Data();
        var before = new GradientWatch();
        var after = new GradientWatch();
        await Small.Search(data).ObservedBy(before).With(Every.Diagnostic()).ObservedBy(after).RunAsync();
        after.Norms.Should().Equal(before.Norms).And.HaveCount(12);
        after.Norms.Skip(1).Should().OnlyContain(norm => norm > 0);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Live_tensors_do_not_grow_with_every_diagnostic(int scheme)
    {
        using ClassificationDataset data = Small.Data(samples: 80);
        var counts = new LiveTensors();
        await Small.Search(data, AllSchemes[scheme]).For(8, 10).With(Every.Diagnostic()).ObservedBy(counts).RunAsync();
        counts.Epochs.Skip(1).Distinct().Should().ContainSingle();
    }

    private static void Same(string plain, string watched)
    {
        var (first, _) = SafeTensorsFile.Read(Path.Combine(plain, "checkpoint", "latest.safetensors"));
        var (second, _) = SafeTensorsFile.Read(Path.Combine(watched, "checkpoint", "latest.safetensors"));
        second.Keys.Where(name => !name.StartsWith("observers/", StringComparison.Ordinal)).Should().BeEquivalentTo(first.Keys);
        foreach (string name in first.Keys.Where(name => name != "epoch/seconds"))
            first[name].equal(second[name]).all().item<bool>().Should().BeTrue($"{name} must be equal");
        Directory.GetFiles(Path.Combine(watched, "diagnostics")).Should().NotBeEmpty();
    }

    private sealed class Gumbel : IRelaxation
    {
        public string Name => "gumbel";

        public Tensor Initialize(long edges, long operations, Generator generator) =>
            zeros(edges, operations, dtype: ScalarType.Float64);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context) =>
            (alpha - rand(alpha.shape, generator: context.Generator).log().neg().log()).softmax(-1);
    }

    private sealed class GradientWatch : ISearchObserver
    {
        public List<double> Norms { get; } = [];

        public void OnStepStarting(SearchMoment moment) => Norms.Add(moment.Context.Supernet.Weights
            .Select(w => w.Parameter.grad is { } g ? (double)g.norm().item<float>() : 0)
            .Append(moment.Context.Supernet.Architecture["cell"].grad is { } a ? a.norm().item<float>() : 0).Sum());
    }

    private sealed class LiveTensors : ISearchObserver
    {
        public List<long> Epochs { get; } = [];

        public void OnEpoch(SearchMoment moment, EpochReport report) => Epochs.Add(MemoryUsage.Now().LiveTensors);
    }
}
