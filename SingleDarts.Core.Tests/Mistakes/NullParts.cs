using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>A part of every kind whose author forgot what to return.</summary>
internal sealed class NullParts : IRelaxation, IPenalty, IDerivation, IEpochRule, IStrategy, IGenotypeEvaluator,
    IBatchTransform, IBatchSource, IEdgeDecorator
{
    public string Name => "forgetful";

    public long Count => 40;

    public int Classes => 3;

    public IReadOnlyList<long> InputShape => [3, 8, 8];

    IEnumerable<string> IRelaxation.Faults(SearchSpace space) => [];

    public Tensor Initialize(long edges, long operations, Generator generator) => null!;

    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => null!;

    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) => null!;

    public Genotype Derive(DerivationContext context) => null!;

    public EpochDecision Decide(EpochRuleContext context) => null!;

    public Proposal Ask(StrategyContext context) => null!;

    public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default) => null!;

    public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype) => null!;

    public IBatchTransform ForEvaluation() => null!;

    IBatchSource IBatchSource.ForEvaluation() => null!;

    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator) => null!;

    public nn.Module<Tensor, Tensor> Wrap(CandidateOperation candidate, OperationContext place, nn.Module<Tensor, Tensor> module) => null!;

    public void Dispose()
    {
    }
}

/// <summary>An observer whose name is a path.</summary>
internal sealed class PathObserver : IRunObserver
{
    public string Name => "../mine";
}

/// <summary>A scheme that forgot its samples or its first copy.</summary>
internal sealed class NullScheme(bool allocates) : IOptimizationScheme
{
    public string Name => "forgetful";

    public SampleAllocation Allocate(long samples, Generator generator) => allocates ? new(SampleOrder.All(samples)) : null!;

    public IOptimizationScheme Begin(StepContext step) => null!;

    public StepOutcome Step(StepContext step) => null!;
}
