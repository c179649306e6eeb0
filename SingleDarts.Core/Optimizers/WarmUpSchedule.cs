namespace SingleDarts.Core.Optimizers;

/// <summary>
/// A linear rise lr₀ (e + 1) / E over the first E epochs, taken at whole epochs, then another schedule.
/// </summary>
/// <param name="Epochs">Epochs of the rise, E.</param>
/// <param name="Then">Schedule after the rise.</param>
/// <param name="Overlaps">
/// Whether the rise lies over the beginning of <paramref name="Then"/>, which counts its epochs from the start of the training and so is
/// E epochs on when the rise ends, as in PC-DARTS (<c>train_imagenet.py</c>, commit b74702f). Otherwise <paramref name="Then"/> follows the
/// rise: it counts its epochs from 0 at its end, and is as much shorter.
/// </param>
public sealed record WarmUpSchedule(int Epochs, ILearningRateSchedule Then, bool Overlaps = false) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(double initial, int epoch, double fraction, int epochs) =>
        epoch < Epochs ? initial * (epoch + 1) / Epochs
        : Overlaps ? Then.At(initial, epoch, fraction, epochs)
        : Then.At(initial, epoch - Epochs, fraction, Math.Max(1, epochs - Epochs));

    /// <inheritdoc/>
    public IEnumerable<string> Faults(string what, double initial) => Epochs >= 1
        ? Then.Faults(what, initial)
        : [$"The warm-up of the {what} lasts {Epochs} epochs; expected at least 1."];
}
