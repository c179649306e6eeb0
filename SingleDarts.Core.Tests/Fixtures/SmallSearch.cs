using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A supernet of float64 that is small enough for finite differences, with two batches.</summary>
internal sealed class SmallSearch : IDisposable
{
    public SmallSearch(OptimizerSettings? weights = null, OptimizerSettings? architecture = null, IRelaxation? relaxation = null,
        long seed = 1, SearchSpace? space = null, Func<LabeledBatch>? batch = null)
    {
        space ??= SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8);
        Supernet = new Supernet(space, relaxation ?? Relaxations.Sigmoid,
            new SupernetOptions { Seed = seed, DataType = ScalarType.Float64 });
        Weights = new ScheduledOptimizer(weights ?? OptimizerSettings.Default.Sgd(0.1, momentum: 0.9, weightDecay: 3e-4),
            Supernet.Weights);
        Architecture = new ScheduledOptimizer(architecture ?? OptimizerSettings.Default.Sgd(1, momentum: 0),
            Supernet.Architecture.Named);
        Weights.MoveTo(new EpochPosition(0, 0, 1), 0);
        Architecture.MoveTo(new EpochPosition(0, 0, 1), 0);
        using var generator = new Generator(7UL);
        Train = batch?.Invoke() ?? Batch(generator);
        Validation = batch?.Invoke() ?? Batch(generator);
        Step = new StepContext(Supernet, Weights, Architecture) { WeightBatch = Train, ArchitectureBatch = Validation };
    }

    public Supernet Supernet { get; }
    public ScheduledOptimizer Weights { get; }
    public ScheduledOptimizer Architecture { get; }
    public LabeledBatch Train { get; }
    public LabeledBatch Validation { get; }
    public StepContext Step { get; }
    public Tensor Alpha => Supernet.Architecture["cell"];

    public double Loss(LabeledBatch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Step.Evaluate(batch).Loss.item<double>();
    }

    /// <summary>∂L/∂α and ∂L/∂w of a batch by one plain backward pass.</summary>
    public (Tensor Alpha, Tensor[] Weights) Gradients(LabeledBatch batch)
    {
        Weights.ZeroGrad();
        Architecture.ZeroGrad();
        Step.Evaluate(batch).Loss.backward();
        return (Alpha.grad!.clone(), [.. Supernet.Weights.Select(w => w.Parameter.grad?.clone() ?? zeros_like(w.Parameter))]);
    }

    public Tensor[] CopyOfWeights() => [.. Supernet.Weights.Select(w => w.Parameter.detach().clone())];

    public void SetWeights(Tensor[] values)
    {
        using var _ = no_grad();
        foreach (var (parameter, value) in Supernet.Weights.Select(w => w.Parameter).Zip(values))
            parameter.copy_(value);
    }

    public void Dispose()
    {
        Weights.Dispose();
        Architecture.Dispose();
        Supernet.Dispose();
    }

    private static LabeledBatch Batch(Generator generator) => new(
        randn([6, 3, 8, 8], dtype: ScalarType.Float64, generator: generator),
        randint(0, 3, [6], dtype: ScalarType.Int64, generator: generator));
}
