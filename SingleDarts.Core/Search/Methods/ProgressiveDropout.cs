using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Search;

/// <summary>
/// The dropout of P-DARTS within a stage: p(e) = p₀ (E − e − 1) / E while α stands still, that is for e &lt; f; then p₀ exp(−0.2 (e −
/// f)), so that it jumps back to p₀. Of 25 epochs f = 10; a shorter stage has the same share.
/// </summary>
internal sealed record ProgressiveDropout : Schedule
{
    /// <summary>Share of the epochs in which α stands still, f / E.</summary>
    public double FreezeShare { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        int frozen = (int)Math.Round(FreezeShare * position.Epochs);
        return position.Epoch < frozen
            ? Start * (position.Epochs - position.Epoch - 1) / position.Epochs
            : Start * Math.Exp(-0.2 * (position.Epoch - frozen));
    }
}
