namespace SingleDarts.Core.Optimizers;

/// <summary>
/// The number that the epoch rules of a search fed back last (<see cref="EpochPosition.Feedback"/>), for example λ of GOLD-NAS, which
/// grows while nothing is pruned; <see cref="Schedule.Start"/> until there is one.
/// </summary>
public sealed record FeedbackSchedule : Schedule
{
    /// <inheritdoc/>
    public override double At(EpochPosition position) => position.Feedback ?? Start;
}
