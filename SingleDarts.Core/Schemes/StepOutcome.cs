namespace SingleDarts.Core.Schemes;

/// <summary>What one step of a scheme measured.</summary>
/// <param name="Weights">On the weights' batch.</param>
/// <param name="Architecture">On α's batch; the same object if both share one, or if α does not move in the step.</param>
public sealed record StepOutcome(BatchOutcome Weights, BatchOutcome Architecture);
