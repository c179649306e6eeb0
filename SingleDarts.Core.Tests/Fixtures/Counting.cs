using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A part that counts its calls, and does something else at each.</summary>
internal abstract class Counting : IResumable
{
    public long Calls { get; protected set; }

    public IReadOnlyDictionary<string, Tensor> SaveState() => new Dictionary<string, Tensor> { ["calls"] = tensor(Calls) };

    public void LoadState(IReadOnlyDictionary<string, Tensor> saved) =>
        Calls = saved.TryGetValue("calls", out Tensor? calls) ? calls.item<long>() : 0;
}

/// <summary>Moves w at every step and α at two of three.</summary>
internal sealed class CountingScheme : Counting, IOptimizationScheme
{
    public string Name => "counting";

    public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

    public StepOutcome Step(StepContext step)
    {
        BatchOutcome weights = step.UpdateWeights();
        return new StepOutcome(weights, Calls++ % 3 == 0 ? weights : step.UpdateArchitecture());
    }
}

/// <summary>A softmax that sharpens with every call.</summary>
internal sealed class CountingRelaxation : Counting, IRelaxation
{
    public string Name => "counting";

    public Tensor Initialize(long edges, long operations, Generator generator) =>
        rand(edges, operations, dtype: ScalarType.Float64, generator: generator);

    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => alpha.Times(1 + 0.1 * Calls++).softmax(-1);
}

/// <summary>A penalty that grows with every call.</summary>
internal sealed class CountingPenalty : Counting, IPenalty
{
    public string Name => "counting";

    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) =>
        (architecture["cell"] * architecture["cell"]).sum().Times(0.01 * Calls++);
}

/// <summary>Stops when it was asked so often.</summary>
internal sealed class CountingRule(int limit) : Counting, IEpochRule
{
    public string Name => $"counting to {limit}";

    public EpochDecision Decide(EpochRuleContext context) =>
        ++Calls >= limit ? EpochDecision.Stop($"asked {Calls} times") : EpochDecision.Continue;
}

/// <summary>Counts the steps of any run and records them after each epoch.</summary>
internal sealed class CountingObserver(string name = "counting") : Counting, IRunObserver
{
    public string Name => name;

    public List<double> Seconds { get; } = [];

    public RunMoment? Last { get; private set; }

    public void OnStep(RunMoment moment)
    {
        Calls++;
        Last = moment;
    }

    public void OnEpoch(RunMoment moment, RunReport report)
    {
        Seconds.Add(report.Seconds);
        moment.Recorder?.Append(
            $"{{\"epoch\":{report.Epoch},\"step\":{moment.Step},\"calls\":{Calls},\"read\":{moment.Recorder.Read().Count}}}");
    }
}
