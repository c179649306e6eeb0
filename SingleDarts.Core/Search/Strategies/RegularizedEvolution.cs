using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Regularised (aging) evolution (Real et al., AAAI 2019; the baseline REA of NAS-Bench-201): the population is the latest genotypes; the
/// best of a random sample of it is the parent, and a child differs from it in one gene (<see cref="SearchSpace.RandomNeighbor"/>).
/// </summary>
public sealed record RegularizedEvolution : IStrategy
{
    /// <summary>Genotypes that can be parents: the latest; as many random ones come first.</summary>
    /// <value>10, as in NAS-Bench-201.</value>
    public int Population { get; init; } = 10;

    /// <summary>Genotypes that compete to be the parent, drawn with replacement.</summary>
    /// <value>3, as the published script of NAS-Bench-201 says.</value>
    public int Sample { get; init; } = 3;

    /// <inheritdoc/>
    public string Name => "regularized-evolution";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        if (Population < 1)
            yield return $"The population of the evolution is {Population}; expected 1 or more.";
        if (Sample < 1)
            yield return $"The sample of the evolution is {Sample}; expected 1 or more.";
    }

    /// <inheritdoc/>
    public Proposal Ask(StrategyContext context)
    {
        var (space, trace, random) = context;
        if (trace.Count < Population)
            return space.RandomGenotype(random);
        EvaluatedGenotype parent = Enumerable.Range(0, Sample).Select(_ => trace[^(1 + random.Next(Population))])
            .MaxBy(evaluated => evaluated.Accuracy)!;
        return space.RandomNeighbor(parent.Genotype, random);
    }
}
