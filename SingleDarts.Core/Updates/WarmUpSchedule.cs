namespace SingleDarts.Core.Updates;

/// <summary>
/// A linear rise lr₀ (e + 1) / E over the first E epochs, taken at whole epochs, then another schedule over the rest.
/// </summary>
/// <param name="Epochs">Epochs of the rise, E.</param>
/// <param name="Then">Schedule of the rest, which counts its epochs from 0.</param>
public sealed record WarmUpSchedule(int Epochs, ILearningRateSchedule Then) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(double initial, int epoch, double fraction, int epochs) => epoch < Epochs
        ? initial * (epoch + 1) / Epochs
        : Then.At(initial, epoch - Epochs, fraction, Math.Max(1, epochs - Epochs));

    /// <inheritdoc/>
    public IEnumerable<string> Faults(string what, double initial) => Epochs >= 1
        ? Then.Faults(what, initial)
        : [$"The warm-up of the {what} lasts {Epochs} epochs; expected at least 1."];
}
