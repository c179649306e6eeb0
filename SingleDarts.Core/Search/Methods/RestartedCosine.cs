using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Search;

/// <summary>
/// The learning rate of ProxylessNAS: half a cosine to 0 over the warm-up, from a multiple of the start, and another one from the start
/// itself over the epochs that are left. Both move on within an epoch.
/// </summary>
internal sealed record RestartedCosine : Schedule
{
    /// <summary>Share of the epochs that the warm-up takes.</summary>
    public double WarmUpShare { get; init; }

    /// <summary>Value at the start of the warm-up, as a multiple of <see cref="Schedule.Start"/>.</summary>
    public double WarmUpFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        int warmUp = Math.Min(position.Epochs - 1, (int)Math.Round(WarmUpShare * position.Epochs));
        double epoch = position.Epoch + position.Fraction;
        return epoch < warmUp
            ? Start * WarmUpFactor * HalfCosine(epoch / warmUp)
            : Start * HalfCosine((epoch - warmUp) / (position.Epochs - warmUp));
    }

    private static double HalfCosine(double share) => (1 + Math.Cos(Math.PI * share)) / 2;
}
