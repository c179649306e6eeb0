using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What a search found.</summary>
/// <param name="Genotype">The genotype derived at the end: that of the last epoch, or what a selection chose once more.</param>
/// <param name="Cost">Parameters and FLOPs of its network.</param>
/// <param name="Epochs">Reports of all epochs, those before a resume included.</param>
/// <param name="StopReason">Why a stopping rule ended the search, or <see langword="null"/> where it ran to its last epoch.</param>
public sealed record SearchResult(
    Genotype Genotype, ModuleCost Cost, IReadOnlyList<EpochReport> Epochs, string? StopReason)
{
    /// <summary>α and p of every kind of cell at the end, [edges, operations].</summary>
    public IReadOnlyDictionary<string, CellSnapshot> Architecture => Epochs[^1].Architecture;
}
