using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>A part of several kinds that fails in one member, behind everything that is tried before the work.</summary>
/// <param name="member">The member.</param>
internal sealed class FailingParts(string member) : IOptimizationScheme, IRunObserver, IEpochRule, IDerivation, IStrategy,
    IGenotypeEvaluator, IBatchSource, IResumable
{
    private readonly ClassificationDataset data = Small.Data();
    private int derived;

    public string Name => "clumsy";

    public long Count => data.Count;

    public int Classes => data.Classes;

    public IReadOnlyList<long> InputShape => data.InputShape;

    IEnumerable<string> IOptimizationScheme.Faults(SearchSpace space) => [];

    IEnumerable<string> IRunObserver.Faults() => [];

    public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

    public IOptimizationScheme Begin(StepContext step) => If("Begin", this);

    public StepOutcome Step(StepContext step) => If("Step", OptimizationSchemes.SingleLevel.Step(step));

    public void EndEpoch(StepContext step) => If("EndEpoch", 0);

    public void OnStep(RunMoment moment) => If("OnStep", 0);

    public EpochDecision Decide(EpochRuleContext context) => If("Decide", EpochDecision.Continue);

    /// <summary>It is tried twice.</summary>
    public Genotype Derive(DerivationContext context) =>
        ++derived > 2 ? If("Derive", NasBench201Genotypes.AllSkip) : NasBench201Genotypes.AllSkip;

    public Proposal Ask(StrategyContext context) => If("Ask", NasBench201Genotypes.AllSkip);

    public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default) =>
        If("Evaluate", new Evaluation(0.5, 1));

    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
    {
        using var source = new BatchSource(data, CPU, ScalarType.Float32);
        return indices.Length > 2 ? If("Get", source.Get(indices, generator)) : source.Get(indices, generator);
    }

    public IReadOnlyDictionary<string, Tensor> SaveState() => If("SaveState", new Dictionary<string, Tensor>());

    public void LoadState(IReadOnlyDictionary<string, Tensor> state) => If("LoadState", 0);

    public void Dispose() => data.Dispose();

    private T If<T>(string name, T value) => member == name ? throw new FormatException("not today") : value;
}
