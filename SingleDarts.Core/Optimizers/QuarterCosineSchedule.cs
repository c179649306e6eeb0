namespace SingleDarts.Core.Optimizers;

/// <summary>
/// A quarter of a cosine: v(e) = end + (start − end) cos(π e / 2E) with E epochs, slow at first and fast at the end (<c>slow_cosine</c> of
/// DARTS-). Taken at whole epochs.
/// </summary>
public sealed record QuarterCosineSchedule : Schedule
{
    /// <summary>Value to which it moves; the run stops one epoch before it.</summary>
    /// <value>0.</value>
    public double End { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position) =>
        End + (Start - End) * Math.Cos(Math.PI / 2 * position.Epoch / position.Epochs);

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(string what) => EndFaults(what, End);
}
