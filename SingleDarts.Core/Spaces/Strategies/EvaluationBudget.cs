namespace SingleDarts.Core.Spaces;

/// <summary>What one evaluation of a genotype may spend.</summary>
/// <param name="Epochs">
/// Epochs of training, for evaluators of several fidelities (the rungs of BOHB, which need not be whole); null for a full evaluation.
/// </param>
public sealed record EvaluationBudget(double? Epochs = null)
{
    /// <summary>The evaluator's own full evaluation.</summary>
    public static EvaluationBudget Full { get; } = new();
}
