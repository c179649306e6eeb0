using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Stops when the derived genotype has a number of copies of an operation, as DARTS+ does at two skip connections in a normal cell.
/// </summary>
/// <param name="Operation">Name of the operation, for example <c>skip_connect</c>.</param>
/// <param name="Count">The search stops at this many.</param>
/// <param name="Cell">Kind of cell that is looked at.</param>
public sealed record OperationLimit(string Operation, int Count = 2, string Cell = Genotype.OnlyCell) : IEpochRule
{
    /// <summary>
    /// Whether the result is the genotype of the epoch before, which is below the limit, and not that of the epoch that reached it. If the
    /// first epoch reaches it, its own genotype is the result.
    /// </summary>
    /// <value>False.</value>
    public bool ReturnsEpochBefore { get; init; }

    /// <inheritdoc/>
    public string Name => $"{Count} × {Operation} in {Cell}";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Cells.FirstOrDefault(cell => cell.Name == Cell) is not { } kind)
            yield return $"The rule '{Name}' looks at a kind of cell that the space '{space.Name}' does not have; it has " +
                $"{string.Join(" and ", space.Cells.Select(cell => cell.Name))}.";
        else if (kind.Operations.All(operation => operation.Name != Operation))
            yield return $"The rule '{Name}' counts an operation that the cell does not have; it has " +
                $"{string.Join(", ", kind.Operations)}.";
    }

    /// <inheritdoc/>
    public EpochDecision Decide(EpochRuleContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CellGenotype cell = context.Report.Genotype[Cell];
        int found = cell.Count(Operation);
        int epochs = context.Reports.Count;
        return found < Count ? EpochDecision.Continue : EpochDecision.Stop(
            $"The {Cell} cell has {found} × {Operation}: {cell}", ReturnsEpochBefore ? Math.Max(1, epochs - 1) : epochs);
    }
}
