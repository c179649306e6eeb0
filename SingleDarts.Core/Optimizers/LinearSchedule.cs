namespace SingleDarts.Core.Optimizers;

/// <summary>From start to end in equal steps, one an epoch: v(e) = start + (end − start) e / E with E epochs.</summary>
public sealed record LinearSchedule : Schedule
{
    /// <summary>Value to which it moves.</summary>
    /// <value>0.</value>
    public double End { get; init; }

    /// <summary>
    /// If true, the last epoch has exactly the end, v(e) = start + (end − start) e / (E − 1), as τ of GDAS in NAS-Bench-201 (10 to 0.1).
    /// If false, the run stops one step before it, as β of DARTS- (1 to 0: 0.02 in the last of 50 epochs) and ε of SDARTS (0.03 to 0.3:
    /// 0.2946). A run of one epoch has the start.
    /// </summary>
    /// <value>False.</value>
    public bool ReachesEnd { get; init; }

    /// <inheritdoc/>
    public override double At(EpochPosition position)
    {
        int steps = Math.Max(1, ReachesEnd ? position.Epochs - 1 : position.Epochs);
        return position.Epoch == steps ? End : Start + (End - Start) * position.Epoch / steps;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(string what) => EndFaults(what, End);
}
