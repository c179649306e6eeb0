using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>What a strategy wants to have evaluated. A genotype alone is a proposal of a full evaluation.</summary>
/// <param name="Genotype">The genotype.</param>
/// <param name="Budget">What the evaluation may spend.</param>
public sealed record Proposal(Genotype Genotype, EvaluationBudget Budget)
{
    /// <summary>A full evaluation of a genotype.</summary>
    /// <param name="genotype">The genotype.</param>
    public static implicit operator Proposal(Genotype genotype) => new(genotype, EvaluationBudget.Full);
}
