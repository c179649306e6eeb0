namespace SingleDarts.Core.Sweeps;

/// <summary>How far a sweep is.</summary>
/// <param name="Trials">Its trials in the order of the plan.</param>
public sealed record SweepStatus(IReadOnlyList<TrialStatus> Trials)
{
    /// <summary>Number of trials in a state.</summary>
    /// <param name="state">The state.</param>
    public int Count(TrialState state) => Trials.Count(trial => trial.State == state);

    /// <summary>Whether every trial is done.</summary>
    public bool IsComplete => Count(TrialState.Done) == Trials.Count;

    /// <summary>One line, for example <c>20 trials: 12 done, 1 failed, 2 running, 5 open</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts = new[] { TrialState.Done, TrialState.Failed, TrialState.Running, TrialState.Interrupted,
            TrialState.Open }
            .Where(state => Count(state) > 0).Select(state => $"{Count(state)} {state.ToString().ToLowerInvariant()}");
        return $"{Trials.Count} trials: {string.Join(", ", parts)}";
    }
}
