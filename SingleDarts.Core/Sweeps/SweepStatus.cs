namespace SingleDarts.Core.Sweeps;

/// <summary>How far a sweep is.</summary>
/// <param name="Cells">Its cells in the order of the plan.</param>
public sealed record SweepStatus(IReadOnlyList<CellStatus> Cells)
{
    /// <summary>Number of cells in a state.</summary>
    /// <param name="state">The state.</param>
    public int Count(CellState state) => Cells.Count(cell => cell.State == state);

    /// <summary>Whether every cell is done.</summary>
    public bool IsComplete => Count(CellState.Done) == Cells.Count;

    /// <summary>One line, for example <c>20 cells: 12 done, 1 failed, 2 running, 5 open</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts = new[] { CellState.Done, CellState.Failed, CellState.Running, CellState.Interrupted, CellState.Open }
            .Where(state => Count(state) > 0).Select(state => $"{Count(state)} {state.ToString().ToLowerInvariant()}");
        return $"{Cells.Count} cells: {string.Join(", ", parts)}";
    }
}
