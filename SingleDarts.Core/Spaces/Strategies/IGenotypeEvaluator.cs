using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>Tells how good a genotype is: by a table, by a short training, or with the weights of a supernet.</summary>
public interface IGenotypeEvaluator
{
    /// <summary>Name in records, for example <c>table</c>.</summary>
    string Name { get; }

    /// <summary>Whether the costs of evaluations are seconds, so that a search can have a budget of them; false by default.</summary>
    bool IsCostInSeconds => false;

    /// <summary>Error messages for invalid settings and for a space that cannot be evaluated; empty by default. Asked before any
    /// work.</summary>
    /// <param name="space">The space.</param>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Evaluates a genotype.</summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <param name="budget">What may be spent.</param>
    /// <param name="cancellationToken">Ends an evaluation that takes long.</param>
    /// <exception cref="ArgumentException">The evaluator cannot keep to the budget.</exception>
    Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default);
}
