using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>One evaluation in the trace of a strategy. It can be written as JSON and read again.</summary>
/// <param name="Genotype">The genotype.</param>
/// <param name="Budget">What the evaluation was allowed to spend.</param>
/// <param name="Evaluation">What it gave.</param>
public sealed record EvaluatedGenotype(Genotype Genotype, EvaluationBudget Budget, Evaluation Evaluation)
{
    /// <summary>Accuracy, 0 to 1.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Accuracy => Evaluation.Accuracy;
}
