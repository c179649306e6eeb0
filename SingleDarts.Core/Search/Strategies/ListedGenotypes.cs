using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Proposes given genotypes one after another, so that a <see cref="StrategySearch"/> of as many evaluations finds the best of them: the
/// selection among the results of several searches, by a short training with a <c>TrainingEvaluator</c> (R-DARTS).
/// </summary>
/// <param name="Genotypes">At least one genotype of the space.</param>
public sealed record ListedGenotypes(IReadOnlyList<Genotype> Genotypes) : IStrategy
{
    /// <inheritdoc/>
    public string Name => "listed";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space) =>
        Genotypes.Count > 0 ? [] : ["The list of genotypes is empty; expected at least one, for example the results of some searches."];

    /// <inheritdoc/>
    public Proposal Ask(StrategyContext context) => Genotypes[Given.NotNull(context).Trace.Count % Genotypes.Count];
}
