using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>ENAS in one search: the controller with its optimiser and baseline.</summary>
internal sealed class EnasRun : IOptimizationScheme, IResumable, IDisposable
{
    private const string Baseline = "baseline", ControllerPrefix = "controller/", OptimizerPrefix = "optimizer/";
    private readonly EnasScheme settings;
    private readonly EnasController controller;
    private readonly ScheduledOptimizer optimizer;

    // Of the epoch before (NaN in the first epoch), and the last one so far.
    private double frozen = double.NaN, last = double.NaN;

    public EnasRun(EnasScheme settings, StepContext context)
    {
        this.settings = settings;
        controller = new EnasController(context.Supernet.Space, context.Generator);
        optimizer = new ScheduledOptimizer(settings.Controller, [.. Parameters]);
    }

    public string Name => settings.Name;

    public EnasController Controller => controller;

    private IEnumerable<(string Name, Parameter Parameter)> Parameters => controller.named_parameters().Select(p => (p.name, p.parameter));

    public SampleAllocation Allocate(long samples, Generator generator) => settings.Allocate(samples, generator);

    public int FurtherSteps(int weightSteps) => settings.FurtherSteps(weightSteps);

    public Genotype Draw(SearchSpace space, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return controller.Sample(generator).Genotype;
    }

    public StepOutcome Step(StepContext step)
    {
        if (!step.HasBatches)
            return new StepOutcome(null, UpdateController(step));
        Genotype path = Draw(step.Supernet.Space, step.Generator);
        return new StepOutcome(step.UpdateWeights(batch => step.Evaluate(batch, path)), null);
    }

    public void EndEpoch(StepContext step) => frozen = last;

    private BatchOutcome UpdateController(StepContext step)
    {
        using var scope = NewDisposeScope();
        optimizer.MoveTo(step.Position, step.Step);
        optimizer.ZeroGrad();
        int update = step.Step - step.PrecedingSteps - step.WeightSteps;
        double correct = 0;
        long size = 0;
        for (int i = 0; i < settings.SamplesPerUpdate; i++)
        {
            using var inner = NewDisposeScope();
            ControllerSample sample = controller.Sample(step.Generator);
            LabeledBatch batch = step.EvaluationBatch(
                ((((long)step.Position.Epoch * settings.ControllerUpdates) + update) * settings.SamplesPerUpdate) + i);
            double accuracy = step.Accuracy(sample.Genotype, batch);
            Loss(sample, accuracy).backward();
            correct += accuracy * batch.Size;
            size += batch.Size;
        }
        optimizer.Step();
        // The controller has no loss that can be compared with another's; what its genotypes got wrong stands for it.
        Tensor share = tensor(1 - (correct / size)), count = tensor((long)Math.Round(correct));
        return new BatchOutcome(share.to(step.Supernet.Device), count.to(step.Supernet.Device), size).Detach();
    }

    /// <summary>−log P (r − b) / samples, with r and b as numbers unless the reward keeps its gradient.</summary>
    private Tensor Loss(ControllerSample sample, double accuracy)
    {
        Tensor entropy = settings.DetachesReward ? sample.Entropy.detach() : sample.Entropy;
        Tensor reward = entropy.Times(settings.EntropyWeight).Plus(accuracy);
        bool isFirstEpoch = double.IsNaN(frozen);
        Tensor baseline = isFirstEpoch
            ? TensorArithmetic.Filled([], accuracy, reward.dtype)
            : reward.Times(1 - settings.BaselineDecay).Plus(settings.BaselineDecay * frozen);
        last = Host.Number<double>(baseline.detach().to(ScalarType.Float64));
        return (sample.LogProbability * (reward - baseline)).Times(-1.0 / settings.SamplesPerUpdate);
    }

    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var state = new Dictionary<string, Tensor> { [Baseline] = tensor(new[] { frozen, last }) };
        foreach (var (name, parameter) in Parameters)
            state[ControllerPrefix + name] = parameter;
        foreach (var (name, value) in optimizer.SaveState())
            state[OptimizerPrefix + name] = value;
        return state;
    }

    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        if (saved.Count == 0)
            return;
        double[] baselines = Host.Doubles(saved.Find(Baseline, 2));
        frozen = baselines[0];
        last = baselines[1];
        using (no_grad())
            foreach (var (name, parameter) in Parameters)
                parameter.copy_(saved.Find(ControllerPrefix + name, parameter.shape));
        optimizer.LoadState(saved.Where(entry => entry.Key.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[OptimizerPrefix.Length..], entry => entry.Value));
    }

    public void Dispose()
    {
        optimizer.Dispose();
        controller.Dispose();
    }
}
