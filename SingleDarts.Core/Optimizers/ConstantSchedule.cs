namespace SingleDarts.Core.Optimizers;

/// <summary>The start throughout, as the paper's learning rate of α.</summary>
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double At(EpochPosition position) => Start;
}
