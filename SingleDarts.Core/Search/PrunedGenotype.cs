using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Search;

/// <summary>A genotype that a search by pruning passed on its way.</summary>
/// <param name="Epoch">Number of the epoch after which the pruning left it, counted from 1.</param>
/// <param name="Genotype">The genotype.</param>
public sealed record PrunedGenotype(int Epoch, Genotype Genotype);
