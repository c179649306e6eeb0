using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A space and data small enough that a search of some epochs takes about a second.</summary>
internal static class Small
{
    public const int Samples = 40;

    public static SearchSpace Space { get; } = SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8);

    public static SearchSpace DartsSpace { get; } = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);

    public static ClassificationDataset Data(int seed = 1, int samples = Samples, int size = 8)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        return new ClassificationDataset(
            randint(0, 256, [samples, 3, size, size], dtype: ScalarType.Byte, generator: generator).DetachFromDisposeScope(),
            randint(0, 3, [samples], dtype: ScalarType.Int64, generator: generator).DetachFromDisposeScope(), 3, "noise");
    }

    public static ArchitectureSearch Search(
        ClassificationDataset data, IOptimizationScheme? scheme = null, SearchSpace? space = null) => ArchitectureSearch
        .In(space ?? Space).On(data).Using(scheme ?? OptimizationSchemes.SingleLevel)
        .UpdatingArchitecture(o => o.Adam(0.01, 0.5, 0.999))
        .For(epochs: 3, batchSize: 10).WithSeed(1);

    /// <summary>Whether two tensors are the same bit for bit.</summary>
    public static bool Same(Tensor first, Tensor second) => first.shape.SequenceEqual(second.shape) && first.eq(second).all().item<bool>();

    public static double[] Alpha(SearchResult result) => 
        [.. result.Architecture.OrderBy(cell => cell.Key).SelectMany(cell => cell.Value.Alpha.Cast<double>())];
}
