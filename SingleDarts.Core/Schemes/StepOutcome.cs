namespace SingleDarts.Core.Schemes;

/// <summary>What one step of a scheme measured.</summary>
/// <param name="Weights">On the weights' batch; <see langword="null"/> if the step measured none.</param>
/// <param name="Architecture">
/// On α's batch; the same object if both share one, or if α does not move in the step; <see langword="null"/> if the step measured none.
/// </param>
public sealed record StepOutcome(BatchOutcome? Weights, BatchOutcome? Architecture = null);
