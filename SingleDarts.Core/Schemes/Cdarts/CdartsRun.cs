using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>CDARTS in one search: what the networks share, the weights of the evaluation network and its optimiser in the present
/// cycle.</summary>
internal sealed class CdartsRun : IOptimizationScheme, IResumable, IDisposable
{
    private const string Cycle = "cycle", HeadsPrefix = "heads/", OptimizerPrefix = "optimizer/";
    private const int NoCycle = -1;
    private readonly CdartsScheme settings;
    private readonly Supernet search;
    private readonly WeightPool pool;
    private readonly DistillationHeads heads;
    private ScheduledOptimizer? optimizer;

    // Epoch whose genotype the evaluation network has.
    private int cycle = NoCycle;

    public CdartsRun(CdartsScheme settings, StepContext context)
    {
        this.settings = settings;
        search = context.Supernet;
        heads = new DistillationHeads(search.Space, context.Generator);
        heads.to(search.Device, search.DataType);
        pool = new WeightPool(
            settings.EvaluationSpace(search.Space), search, (long)(context.Generator.Uniform() * (1L << 53)));
    }

    public string Name => settings.Name;

    public WeightPool Pool => pool;

    public DistillationHeads Heads => heads;

    /// <summary>Moves the evaluation network; null before the first cycle.</summary>
    public ScheduledOptimizer? Optimizer => optimizer;

    public SampleAllocation Allocate(long samples, Generator generator) => settings.Allocate(samples, generator);

    public int PrecedingSteps(int weightSteps) => settings.PrecedingSteps(weightSteps);

    public StepOutcome Step(StepContext step)
    {
        if (!step.ArchitectureOptimizer.IsMoving)
            return step.HasBatches ? SearchAlone(step) : new StepOutcome(null);
        if (cycle != step.Position.Epoch)
            BeginCycle(step);
        optimizer!.MoveTo(step.Position, step.Step);
        if (!step.HasBatches)
        {
            WarmUp(step);
            return new StepOutcome(null);
        }
        BatchOutcome architecture = MoveBoth(step);
        return new StepOutcome(step.UpdateWeights(), architecture);
    }

    /// <summary>Lets go of the gradients, also those of operations that the next genotype may not have.</summary>
    public void EndEpoch(StepContext step) => optimizer?.ZeroGrad();

    /// <summary>The loss that moves the evaluation network and α, and what the search network made of the batch.</summary>
    public (Tensor Loss, BatchOutcome Search) JointLoss(StepContext step, LabeledBatch batch)
    {
        Tensor stem = search.ForwardStem(batch.Inputs);
        var (logits, features) = search.ForwardStages(stem, search.Relax());
        var (taught, taughtFeatures) = pool.Forward(stem);
        BatchOutcome outcome = step.Measure(logits, batch);
        Tensor distance = DistillationLoss.Of(
            settings.Distance, heads.Ensemble(features, logits), heads.Ensemble(taughtFeatures, taught), settings.Temperature);
        Tensor loss = outcome.Loss.Plus(step.Measure(taught, batch).Loss).Over(settings.DistillationWeight)
            .Plus(distance, settings.DistillationWeight * settings.Temperature * settings.Temperature);
        return (step.Regularize(loss), outcome);
    }

    private static StepOutcome SearchAlone(StepContext step)
    {
        BatchOutcome outcome = step.UpdateWeights();
        return new StepOutcome(outcome, outcome);
    }

    private void BeginCycle(StepContext step)
    {
        cycle = step.Position.Epoch;
        pool.Begin(search.Space.Derive(search.Space.Derivation, search.Snapshot()));
        MakeOptimizer();
        step.WeightOptimizer.Restart();
        step.ArchitectureOptimizer.Restart();
    }

    private void MakeOptimizer()
    {
        optimizer?.Dispose();
        optimizer = new ScheduledOptimizer(settings.Evaluation,
        [
            .. search.Stem.named_parameters().Select(p => ($"stem.{p.name}", p.parameter)), .. pool.Parameters,
            .. heads.Moved(settings.TrainsHeads),
        ], sharesParameters: true);
    }

    /// <summary>Moves the evaluation network alone.</summary>
    private void WarmUp(StepContext step)
    {
        using var scope = NewDisposeScope();
        long n = ((long)step.Position.Epoch * settings.PrecedingSteps(step.WeightSteps)) + step.Step;
        LabeledBatch batch = step.EvaluationBatch(n, augments: true);
        Tensor loss = step.Measure(pool.Forward(search.ForwardStem(batch.Inputs)).Logits, batch).Loss;
        optimizer!.ZeroGrad();
        StepContext.Backward(loss, optimizer);
        optimizer.Step();
    }

    /// <summary>Moves the evaluation network and α.</summary>
    private BatchOutcome MoveBoth(StepContext step)
    {
        using var scope = NewDisposeScope();
        var (loss, outcome) = JointLoss(step, step.ArchitectureBatch);
        optimizer!.ZeroGrad();
        step.ArchitectureOptimizer.ZeroGrad();
        StepContext.Backward(loss, optimizer, step.ArchitectureOptimizer);
        optimizer.Step();
        step.ArchitectureOptimizer.Step();
        return outcome.Detach();
    }

    public IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var state = pool.SaveState().ToDictionary(entry => entry.Name, entry => entry.Value);
        state[Cycle] = tensor((long)cycle);
        foreach (var (name, value) in heads.state_dict())
            state[HeadsPrefix + name] = value;
        foreach (var (name, value) in optimizer?.SaveState() ?? new Dictionary<string, Tensor>())
            state[OptimizerPrefix + name] = value;
        return state;
    }

    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        if (saved.Count == 0)
            return;
        cycle = (int)Host.Number<long>(saved.Find(Cycle));
        pool.LoadState(saved, hasPath: cycle != NoCycle);
        using (no_grad())
            foreach (var (name, value) in heads.state_dict())
                value.copy_(saved.Find(HeadsPrefix + name, value.shape));
        if (cycle == NoCycle)
            return;
        MakeOptimizer();
        optimizer!.LoadState(saved.Where(entry => entry.Key.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[OptimizerPrefix.Length..], entry => entry.Value));
    }

    public void Dispose()
    {
        optimizer?.Dispose();
        heads.Dispose();
        pool.Dispose();
    }
}
