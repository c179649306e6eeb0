using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Search;

/// <summary>
/// Stops when the derived genotype has a number of copies of an operation, as DARTS+ does at two skip connections in a normal cell.
/// </summary>
/// <param name="Operation">Name of the operation, for example <c>skip_connect</c>.</param>
/// <param name="Count">The search stops at this many.</param>
/// <param name="Cell">Kind of cell that is looked at.</param>
public sealed record OperationLimit(string Operation, int Count = 2, string Cell = Genotype.OnlyCell) : IStoppingRule
{
    /// <inheritdoc/>
    public string Name => $"{Count} × {Operation} in {Cell}";

    /// <inheritdoc/>
    public string? ReasonToStop(IReadOnlyList<EpochReport> epochs)
    {
        CellGenotype cell = epochs[^1].Genotype[Cell];
        int found = cell.Count(Operation);
        return found >= Count ? $"The {Cell} cell has {found} × {Operation}: {cell}" : null;
    }
}
