using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>One step of the training of DARTS-V2, without drop path and auxiliary classifier, with everything but the data.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly EvaluationNetwork network;
    private readonly ScheduledOptimizer optimizer;
    private readonly LabeledBatch batch;

    public TrainingStep(StepSettings settings, CellExecution execution)
    {
        Device device = Devices.Parse(settings.Device);
        network = DartsNetworks.Cifar(DartsGenotypes.DartsV2, channels: settings.Channels, layers: settings.Cells, size: settings.Size,
            options: new EvaluationNetworkOptions { Execution = execution });
        network.to(device);
        network.train();
        optimizer = new ScheduledOptimizer(
            OptimizerSettings.Default.Sgd(0.005, 0.9, weightDecay: 3e-4).ClipGradientNorm(5), [.. network.named_parameters()]);
        batch = settings.RandomBatch(1);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        optimizer.ZeroGrad();
        nn.functional.cross_entropy(network.call(batch.Inputs), batch.Labels).backward();
        optimizer.Step();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
    }
}
