using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// How a search gets its genotype. A rule that looks at the parameters of one kind of cell alone derives from
/// <see cref="CellDerivation"/>, a selection among candidates that the supernet scores from <see cref="OneShotSelection"/>.
/// </summary>
public interface IDerivation
{
    /// <summary>Name in run records.</summary>
    string Name { get; }

    /// <summary>Error messages for a space that cannot be derived; empty by default. A search asks before it starts.</summary>
    /// <param name="space">The search space.</param>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>
    /// Derives a genotype, after every epoch and once more at the end of the search, whose result it then is. Only candidates of
    /// <see cref="CellSpecification.Derivable"/> may be chosen. It must be a function of the context alone, and so must draw from its
    /// generator only: a resumed search derives again what was not saved.
    /// </summary>
    /// <param name="context">The space, its parameters, and what scores a genotype.</param>
    Genotype Derive(DerivationContext context);
}
