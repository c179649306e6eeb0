using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>
/// Searches and trainings of all kinds beside a thread that makes garbage: each repetition gives what the first gave. Before numbers were
/// kept alive during native calls, 5 to 20% of the repetitions ended with an exception from libtorch, or with the process.
/// </summary>
public class BesideGarbageTests
{
    private static readonly int Repetitions = LongTests.AreWanted ? 500 : 60;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Searches_and_trainings_repeat_beside_a_thread_that_makes_garbage()
    {
        using ClassificationDataset raw = GeneratedImages.Create(96, 3);
        using ClassificationDataset data = raw.Resize(8, 8);
        Func<Task<string>>[] kinds = [.. Searches(data), () => Training(data)];
        var first = new List<string>();
        foreach (Func<Task<string>> run in kinds)
            first.Add(await run());

        using var garbage = new Garbage();
        var failures = new List<string>();
        for (int i = 0; i < Repetitions; i++)
            try
            {
                if (await kinds[i % kinds.Length]() != first[i % kinds.Length])
                    failures.Add($"repetition {i} has other numbers");
            }
            catch (Exception e)
            {
                failures.Add($"repetition {i}: {e.GetType().Name}: {e.Message.Split('\n')[0]}");
            }
        failures.Should().BeEmpty();
    }

    private static IEnumerable<Func<Task<string>>> Searches(ClassificationDataset data)
    {
        SearchSpace small = SearchSpaces.NasBench201(10, channels: 4, cellsPerStage: 1, height: 8, width: 8);
        SearchSpace darts = SearchSpaces.Darts(10, channels: 4, layers: 3, height: 8, width: 8);
        ArchitectureSearch Of(SearchSpace space, IOptimizationScheme scheme) =>
            ArchitectureSearch.In(space).On(data).Using(scheme).For(4, 16).WithSeed(1);
        IOptimizationScheme exact = new BiLevelScheme { Gradient = ArchitectureGradient.Exact };
        Func<ArchitectureSearch>[] searches =
        [
            () => Of(small, OptimizationSchemes.SingleLevel),
            () => Of(small, OptimizationSchemes.BiLevel).Relaxing(Relaxations.Softmax).ComputingCells(CellExecution.PerEdge),
            () => Of(small, OptimizationSchemes.BiLevelSecondOrder).Penalizing(new ZeroOneLoss(0.1)),
            () => Of(small, exact).Relaxing(Relaxations.Softmax),
            () => Of(small, OptimizationSchemes.SameSubset).ComputingCells(CellExecution.MergedWithRecomputation)
                .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 }),
            () => Of(small, OptimizationSchemes.SingleLevel).Relaxing(new OneHot()),
            () => Of(small, OptimizationSchemes.SingleLevel).UpdatingWeights(o => o.Adam(0.01).Constant().ClipGradientNorm(1))
                .With(Every.Diagnostic()),
            () => Of(darts, OptimizationSchemes.SingleLevel).For(1, 24),
        ];
        return searches.Select(search => (Func<Task<string>>)(async () => string.Join(" ", (await search().RunAsync()).Epochs
            .Select(epoch => $"{epoch.WeightLoss:R} {epoch.ArchitectureLoss:R} {epoch.Genotype}"))));
    }

    private static async Task<string> Training(ClassificationDataset data)
    {
        using var network = DartsNetworks.Cifar(DartsGenotypes.DartsV2, channels: 4, layers: 3, size: 8);
        using var train = new BatchSource(
            data, CPU, ScalarType.Float32, ImageAugmentation.Cifar10Training with { CropPadding = 1, CutoutLength = 3 });
        using var test = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(Normalization.Cifar10));
        TrainingResult result = await NetworkTraining.Of(network, TrainingRecipes.DartsCifar).On(train).EvaluatedOn(test).For(2, 32)
            .With(o => o with { AuxiliaryWeight = 0, LabelSmoothing = 0.1 }).WithEma(0.9).WithSeed(3).RunAsync();
        return string.Join(" ", result.Epochs.Select(epoch => $"{epoch.TrainLoss:R} {epoch.Test!.Loss:R} {epoch.EmaTest!.Loss:R}"));
    }

    /// <summary>Samples one operation of each edge, with the gradient of the softmax.</summary>
    private sealed class OneHot : IRelaxation
    {
        public string Name => "one-hot";

        public Tensor Initialize(long edges, long operations, Generator generator) => zeros([edges, operations], dtype: ScalarType.Float64);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context)
        {
            Tensor soft = (alpha - rand(alpha.shape, alpha.dtype, generator: context.Generator).log().neg().log()).softmax(-1);
            return MixingWeights.StraightThrough(soft);
        }
    }
}
