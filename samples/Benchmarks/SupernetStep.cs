using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>One step of a search, with everything that a search does in it but the data.</summary>
internal sealed class SupernetStep : IDisposable
{
    private readonly Supernet supernet;
    private readonly ScheduledOptimizer weights, architecture;
    private readonly StepContext step;
    private readonly IOptimizationScheme scheme;

    public SupernetStep(StepSettings settings, SearchSpace space, SearchOptions options)
    {
        scheme = options.Scheme;
        Device device = Devices.Parse(settings.Device);
        supernet = new Supernet(space, options.Relaxation, new SupernetOptions
        {
            Execution = options.Execution,
            Device = device,
            ConvolutionType = options.ConvolutionType,
            EdgeDecorators = options.EdgeDecorators,
        });
        supernet.train();
        weights = new ScheduledOptimizer(options.WeightOptimizer, supernet.Weights);
        architecture = new ScheduledOptimizer(options.ArchitectureOptimizer, supernet.Architecture.Named);
        step = new StepContext(supernet, weights, architecture) { WeightBatch = Batch(1), ArchitectureBatch = Batch(2) };
        if (scheme is SingleLevelScheme)
            step.ArchitectureBatch = step.WeightBatch;

        LabeledBatch Batch(ulong seed)
        {
            using var generator = new Generator(seed);
            return new LabeledBatch(
                randn([settings.Batch, 3, settings.Size, settings.Size], generator: generator).to(device),
                randint(10, [settings.Batch], ScalarType.Int64, generator: generator).to(device));
        }
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        scheme.Step(step);
    }

    public void Dispose()
    {
        weights.Dispose();
        architecture.Dispose();
        supernet.Dispose();
    }
}
