namespace SingleDarts.Core.Sweeps;

/// <summary>How far a sweep is.</summary>
/// <param name="Cells">Its cells in the order of the plan.</param>
public sealed record SweepStatus(IReadOnlyList<TrialStatus> Cells)
{
    /// <summary>Number of cells in a state.</summary>
    /// <param name="state">The state.</param>
    public int Count(TrialState state) => Cells.Count(cell => cell.State == state);

    /// <summary>Whether every cell is done.</summary>
    public bool IsComplete => Count(TrialState.Done) == Cells.Count;

    /// <summary>One line, for example <c>20 cells: 12 done, 1 failed, 2 running, 5 open</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts = new[] { TrialState.Done, TrialState.Failed, TrialState.Running, TrialState.Interrupted, TrialState.Open }
            .Where(state => Count(state) > 0).Select(state => $"{Count(state)} {state.ToString().ToLowerInvariant()}");
        return $"{Cells.Count} cells: {string.Join(", ", parts)}";
    }
}
