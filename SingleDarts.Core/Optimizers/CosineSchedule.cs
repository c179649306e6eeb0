namespace SingleDarts.Core.Optimizers;

/// <summary>
/// Half a cosine from the start to a minimum: lr(e) = min + (lr₀ − min)(1 + cos(π e / T)) / 2, taken at whole epochs as DARTS and
/// NAS-Bench-201 do.
/// </summary>
/// <param name="Minimum">Learning rate at epoch T: 0, or 0.001 in DARTS.</param>
/// <param name="PerStep">Whether e moves on within an epoch.</param>
public sealed record CosineSchedule(double Minimum = 0, bool PerStep = false) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(double initial, int epoch, double fraction, int epochs) =>
        Minimum + (initial - Minimum) * (1 + Math.Cos(Math.PI * (epoch + (PerStep ? fraction : 0)) / epochs)) / 2;

    /// <inheritdoc/>
    public IEnumerable<string> Faults(string what, double initial) => Minimum >= 0 && Minimum <= initial
        ? []
        : [$"The minimum of the {what} cosine schedule is {Minimum}; expected a number from 0 to the learning rate {initial}."];
}
