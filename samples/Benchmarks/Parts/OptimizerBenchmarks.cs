using BenchmarkDotNet.Attributes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>What a search does with all 1.7 million weights of the paper's supernet: move them, and save them.</summary>
public class OptimizerBenchmarks
{
    private readonly string folder = Directory.CreateTempSubdirectory("singledarts-").FullName;
    private Supernet supernet = null!;
    private ScheduledOptimizer updater = null!;

    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.EnsureLoaded();
        supernet = new Supernet(SearchSpaces.NasBench201());
        updater = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(1e-6, 0.9, 3e-4).ClipGradientNorm(5), supernet.Weights);
        foreach (var (_, parameter) in supernet.Weights)
            parameter.grad = ones_like(parameter);
        updater.Step();
    }

    [Benchmark]
    public void ClipAndMove() => updater.Step();

    [Benchmark]
    public void SaveCheckpoint()
    {
        using var scope = NewDisposeScope();
        var tensors = supernet.state_dict().ToDictionary(s => s.Key, s => s.Value);
        foreach (var (name, tensor) in updater.SaveState())
            tensors["optimizer/" + name] = tensor;
        SafeTensorsFile.Write(Path.Combine(folder, "latest.safetensors"), tensors, new Dictionary<string, string>());
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        updater.Dispose();
        supernet.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
