namespace SingleDarts.Core.Optimizers;

/// <summary>
/// Half a cosine: v(e) = end + (start − end)(1 + cos(π e / T)) / 2 with T = E, the number of epochs, taken at whole epochs as DARTS and
/// NAS-Bench-201 do.
/// </summary>
public sealed record CosineSchedule : Schedule
{
    /// <summary>Value at epoch T; as a learning rate, 0.001 in DARTS.</summary>
    /// <value>0.</value>
    public double End { get; init; }

    /// <summary>Whether e moves on within an epoch.</summary>
    /// <value>False.</value>
    public bool PerStep { get; init; }

    /// <summary>
    /// T in epochs, as <c>T_max</c> of PyTorch, if it is not the number of epochs. In a longer run the value moves to and fro: the ENAS
    /// search of NAS-Bench-201 has T = 10 in 250 epochs, so that its learning rate is largest in epochs 0, 20, 40, ... A number of epochs
    /// and no share: it does not stretch with the run.
    /// </summary>
    /// <value>Null: the number of epochs.</value>
    public int? HalfPeriod { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position) => End + (Start - End) *
        (1 + Math.Cos(Math.PI * (position.Epoch + (PerStep ? position.Fraction : 0)) / (HalfPeriod ?? position.Epochs))) / 2;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(string what) => [.. EndFaults(what, End), .. HalfPeriod is null or >= 1 ? []
        : new[] { $"The half period of the cosine schedule of the {what} is {HalfPeriod} epochs; expected 1 or more, or null." }];
}
