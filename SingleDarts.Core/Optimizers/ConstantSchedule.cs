namespace SingleDarts.Core.Optimizers;

/// <summary>The learning rate of the start throughout, as the paper's for α.</summary>
public sealed record ConstantSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(double initial, int epoch, double fraction, int epochs) => initial;
}
