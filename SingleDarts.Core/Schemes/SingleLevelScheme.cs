using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// Single-DARTS (Eq. 16): (α, w) ← (α, w) − η ∇_{α,w} L_train(α, w). One batch, one forward, one backward, both optimisers step
/// from the same gradients. All samples feed both. While α's optimiser is not moving, w moves alone.
/// </summary>
public sealed record SingleLevelScheme : IOptimizationScheme
{
    /// <inheritdoc/>
    public string Name => "single-level";

    /// <inheritdoc/>
    public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step)
    {
        BatchOutcome outcome = Given.NotNull(step).UpdateTogether();
        return new StepOutcome(outcome, outcome);
    }
}
