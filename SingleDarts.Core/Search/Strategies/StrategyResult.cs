using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What a strategy found.</summary>
/// <param name="Trace">Every evaluation, the oldest first; at least one.</param>
public sealed record StrategyResult(IReadOnlyList<EvaluatedGenotype> Trace)
{
    /// <summary>The evaluation of the highest accuracy among those of the largest budget, a full one if there is any; the first of
    /// equals.</summary>
    public EvaluatedGenotype Best => Trace.MaxBy(evaluated => (evaluated.Budget.Epochs ?? double.PositiveInfinity, evaluated.Accuracy))!;

    /// <summary>The genotype of <see cref="Best"/>.</summary>
    public Genotype Genotype => Best.Genotype;

    /// <summary>What all evaluations cost, in the unit of the evaluator.</summary>
    public double Cost => Trace.Sum(evaluated => evaluated.Evaluation.Cost);
}
