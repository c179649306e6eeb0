using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Search;

/// <summary>
/// The weight of the penalty of CDARTS: c(e) = c₀ max(0, 1 − (e − f) / (ρ (E − f))) with f epochs of pre-training, that is c₀ when α begins
/// to move and 0 after a share ρ of the epochs that are left.
/// </summary>
internal sealed record FadingCoefficient : Schedule
{
    /// <summary>ρ.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Share of the epochs in which α stands still, f / E.</summary>
    public double FreezeShare { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        int frozen = Math.Min(position.Epochs - 1, (int)Math.Round(FreezeShare * position.Epochs));
        return Start * Math.Max(0, 1 - ((position.Epoch - frozen) / (Share * (position.Epochs - frozen))));
    }
}
