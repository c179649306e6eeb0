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
        step = new StepContext(supernet, weights, architecture) 
        {
            WeightBatch = settings.RandomBatch(1), ArchitectureBatch = settings.RandomBatch(2),
        };
        if (scheme is SingleLevelScheme)
            step.ArchitectureBatch = step.WeightBatch;
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
