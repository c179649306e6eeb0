using System.Security.Cryptography;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Golden;

/// <summary>
/// Thirty steps of every scheme with every relaxation in both spaces by every execution, variants of the optimisers, and trainings.
/// </summary>
internal sealed class GoldenRuns : IDisposable
{
    private const int BatchSize = 8;
    private readonly ClassificationDataset raw = GeneratedImages.Create(48, 3);
    private readonly ClassificationDataset data;
    private readonly string folder = Directory.CreateTempSubdirectory("golden").FullName;

    public GoldenRuns() => data = raw.Resize(8, 8);

    private static readonly SearchSpace NasBench201 = SearchSpaces.NasBench201(10, channels: 4, cellsPerStage: 1, height: 8, width: 8);
    private static readonly SearchSpace Darts = SearchSpaces.Darts(10, channels: 4, layers: 3, height: 8, width: 8);

    private static readonly (string Name, SearchSpace Space)[] Spaces = [("nasbench201", NasBench201), ("darts", Darts)];

    private static readonly (string Name, IOptimizationScheme Scheme)[] Schemes =
    [
        ("single-level", OptimizationSchemes.SingleLevel), ("bi-level", OptimizationSchemes.BiLevel),
        ("second-order", OptimizationSchemes.BiLevelSecondOrder),
        ("exact", new BiLevelScheme { Gradient = ArchitectureGradient.Exact }), ("same-subset", OptimizationSchemes.SameSubset),
    ];

    private static readonly (string Name, IRelaxation Relaxation)[] Relaxing =
        [("sigmoid", Relaxations.Sigmoid), ("softmax", Relaxations.Softmax)];

    /// <summary>Names and runs.</summary>
    public IEnumerable<(string Name, Func<Task<GoldenRun>> Run)> All => Searches.Concat(Variants).Concat(Trainings);

    public void Dispose()
    {
        data.Dispose();
        raw.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private IEnumerable<(string, Func<Task<GoldenRun>>)> Searches =>
        from space in Spaces
        from scheme in Schemes
        from relaxation in Relaxing
        from execution in Enum.GetValues<CellExecution>()
        from type in execution == CellExecution.Merged && relaxation.Name == "sigmoid"
            ? new[] { ScalarType.Float32, ScalarType.Float64 } : [ScalarType.Float32]
        where space.Name == "nasbench201" || (execution != CellExecution.MergedWithRecomputation && scheme.Name is not "exact")
        select (
            $"{space.Name} {scheme.Name} {relaxation.Name} {execution} {type}",
            (Func<Task<GoldenRun>>)(() => Search(
            Small(space.Space, scheme.Scheme).Relaxing(relaxation.Relaxation).ComputingCells(execution).InPrecision(type)
                .Augmenting(ImageAugmentation.Cifar10Search with { CropPadding = 1, CutoutLength = 2 })
                .Penalizing(new ZeroOneLoss(0.1)))));

    private IEnumerable<(string, Func<Task<GoldenRun>>)> Variants =>
    [
        ("adam for w, SGD for α", () => Search(Small(NasBench201, OptimizationSchemes.SingleLevel)
            .UpdatingWeights(o => o.Adam(0.01, weightDecay: 1e-3).Constant().ClipGradientNorm(1))
            .UpdatingArchitecture(o => o.Sgd(0.1, 0.9, 1e-3, true)))),
        ("plain SGD for w", () => Search(Small(NasBench201, OptimizationSchemes.BiLevel)
            .UpdatingWeights(o => o.Sgd(0.01, momentum: 0).Constant().ClipGradientNorm(null)))),
    ];

    private IEnumerable<(string, Func<Task<GoldenRun>>)> Trainings =>
        new[] { ScalarType.Float32, ScalarType.Float64 }.SelectMany(type => new (string, Func<Task<GoldenRun>>)[]
        {
            ($"training nasbench201 {type}", async () =>
            {
                using var network = new EvaluationNetwork(NasBench201, NasBench201Genotypes.Cifar100Best);
                return await Train(network, TrainingRecipes.NasBench201, type, o => o with { LabelSmoothing = 0.1, EmaDecay = 0.9 });
            }),
            ($"training darts with drop path {type}", async () =>
            {
                using var network = DartsNetworks.Cifar(DartsGenotypes.DartsV2, channels: 4, layers: 3, size: 8);
                return await Train(network, TrainingRecipes.DartsCifar, type, o => o with { AuxiliaryWeight = 0 });
            }),
        });

    private ArchitectureSearch Small(SearchSpace space, IOptimizationScheme scheme) => ArchitectureSearch.In(space).On(data).Using(scheme)
        .For(scheme is SingleLevelScheme ? 5 : 10, BatchSize).WithSeed(1);

    private async Task<GoldenRun> Search(ArchitectureSearch search)
    {
        string run = Path.Combine(folder, Guid.NewGuid().ToString());
        SearchResult result = await search.SavingTo(run).RunAsync();
        return new GoldenRun([.. result.Epochs.Select(e => new[] { e.WeightLoss, e.ArchitectureLoss })], result.Genotype.ToString(),
            State(run));
    }

    private async Task<GoldenRun> Train(
        ClassificationNetwork network, TrainingOptions recipe, ScalarType type, Func<TrainingOptions, TrainingOptions> change)
    {
        string run = Path.Combine(folder, Guid.NewGuid().ToString());
        using var train = new BatchSource(data, CPU, type, ImageAugmentation.Cifar10Training with { CropPadding = 1, CutoutLength = 3 });
        using var test = new BatchSource(data, CPU, type, ImageAugmentation.NormalizeOnly(Normalization.Cifar10));
        TrainingResult result = await NetworkTraining.Of(network, recipe).On(train).EvaluatedOn(test)
            .With(o => change(o) with { DataType = type }).For(5, BatchSize).WithSeed(3).SavingTo(run).RunAsync();
        return new GoldenRun([.. result.Epochs.Select(e => new[] { e.TrainLoss, e.Test!.Loss })], "", State(run));
    }

    private static string State(string run)
    {
        var (tensors, _) = SafeTensorsFile.Read(Path.Combine(run, "checkpoint", "latest.safetensors"));
        IEnumerable<string> hashes = tensors.Where(t => !t.Key.StartsWith("epoch/", StringComparison.Ordinal)).Select(t => Hash(t.Value))
            .Order(StringComparer.Ordinal);
        string state = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join("\n", hashes))));
        foreach (Tensor tensor in tensors.Values)
            tensor.Dispose();
        return state;
    }

    private static string Hash(Tensor tensor) =>
        $"{tensor.dtype} {string.Join('x', tensor.shape)} {Convert.ToHexStringLower(SHA256.HashData(tensor.bytes))}";
}
