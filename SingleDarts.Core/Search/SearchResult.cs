using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What a search found.</summary>
/// <param name="Genotype">
/// The genotype derived at the end, or after the epoch which a rule named. A selection scores its candidates once more at the end.
/// </param>
/// <param name="Cost">Parameters and FLOPs of its network; all 0 if a cell has no genes, so that there is no network.</param>
/// <param name="Epochs">Reports of all epochs, those before a resume included.</param>
/// <param name="StopReason">Why an epoch rule ended the search, or <see langword="null"/> if it ran to its last epoch.</param>
public sealed record SearchResult(
    Genotype Genotype, ModuleCost Cost, IReadOnlyList<EpochReport> Epochs, string? StopReason)
{
    /// <summary>Number of the epoch whose genotype it is, counted from 1.</summary>
    public int GenotypeEpoch { get; init; } = Epochs.Count;

    /// <summary>α and p of every kind of cell after that epoch, [edges, operations].</summary>
    public IReadOnlyDictionary<string, CellSnapshot> Architecture => Epochs[GenotypeEpoch - 1].Architecture;
}
