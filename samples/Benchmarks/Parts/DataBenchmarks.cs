using BenchmarkDotNet.Attributes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>One batch of CIFAR-10's shape with flip, crop and normalisation: the whole data pipeline of a step.</summary>
public class DataBenchmarks
{
    private ClassificationDataset data = null!;
    private BatchSource source = null!;
    private Generator generator = null!;
    private long[] indices = null!;

    [Params(64, 256)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.EnsureLoaded();
        data = new ClassificationDataset(randint(0, 256, [50_000, 3, 32, 32], ScalarType.Byte), randint(10, [50_000], ScalarType.Int64),
            10, "random");
        source = new BatchSource(data, CPU, ScalarType.Float32, ImageAugmentation.Cifar10Search);
        generator = new Generator(1UL);
        indices = [.. SampleOrder.Shuffle(SampleOrder.All(50_000), generator).Take(Batch)];
    }

    [Benchmark]
    public void NextBatch()
    {
        using var scope = NewDisposeScope();
        source.Get(indices, generator);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        source.Dispose();
        data.Dispose();
        generator.Dispose();
    }
}
