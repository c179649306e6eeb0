using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The ablation in the middle row of Table 4: w and α are moved in turn, with two different batches of the same subset. The subset
/// is all the data, as for single-level, unless <see cref="Portion"/> says otherwise; the paper does not state it.
/// </summary>
public sealed record SameSubsetScheme : IOptimizationScheme
{
    /// <summary>Share of the data that is used, within (0, 1].</summary>
    public double Portion { get; init; } = 1;

    /// <summary>Which is moved first.</summary>
    public UpdateOrder Order { get; init; } = UpdateOrder.WeightsFirst;

    /// <inheritdoc/>
    public string Name => "same-subset";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="Portion"/> is outside (0, 1].</exception>
    public SampleAllocation Allocate(long samples, Generator generator)
    {
        if (Portion is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Portion), Portion, "The portion of the data must be within (0, 1].");
        IReadOnlyList<long> subset = Portion == 1 ? SampleOrder.All(samples) : SampleOrder.Split(samples, Portion, generator).First;
        return new SampleAllocation(subset, subset);
    }

    /// <inheritdoc/>
    public StepOutcome Step(StepContext step) => Given.NotNull(step).Alternate(Order, step.UpdateArchitecture);
}
