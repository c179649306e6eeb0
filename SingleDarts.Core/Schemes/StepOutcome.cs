namespace SingleDarts.Core.Schemes;

/// <summary>What one step of a scheme measured.</summary>
/// <param name="Weights">On the weights' batch.</param>
/// <param name="Architecture">On α's batch; the same object where both share one.</param>
public sealed record StepOutcome(BatchOutcome Weights, BatchOutcome Architecture);
