namespace SingleDarts.Core.Optimizers;

/// <summary>
/// A number that moves with the epoch: a learning rate, a temperature τ, β of DARTS-, ε of SDARTS, a weight λ of a penalty, a dropout
/// probability, the share of dropped paths. Immutable and without state; a closed form of the moment, so that a resume needs no record
/// of it. What depends on the search itself is decided by an epoch rule and read by a <see cref="FeedbackSchedule"/>.
/// </summary>
public abstract record Schedule
{
    /// <summary>Value at the start. A schedule of a learning rate takes that of the optimiser instead.</summary>
    /// <value>1.</value>
    public double Start { get; init; } = 1;

    /// <summary>The value at a moment. The schedules of the library change at whole epochs unless they say otherwise.</summary>
    /// <param name="position">Epoch, fraction of it that is done, and number of epochs.</param>
    public abstract double At(EpochPosition position);

    /// <summary>Error messages for invalid settings; empty if the schedule is valid.</summary>
    /// <param name="what">What the schedule moves, for the messages: <c>learning rate of the weights</c>.</param>
    public virtual IEnumerable<string> Faults(string what) => [];

    /// <summary>The same value throughout.</summary>
    /// <param name="value">The value.</param>
    public static ConstantSchedule Constant(double value) => new() { Start = value };

    /// <summary>From one value to another in equal steps, one an epoch.</summary>
    /// <param name="start">Value in epoch 0.</param>
    /// <param name="end">Value to which it moves.</param>
    /// <param name="reachesEnd">Whether the last epoch has the end (<see cref="LinearSchedule.ReachesEnd"/>).</param>
    public static LinearSchedule Linear(double start, double end, bool reachesEnd = false) =>
        new() { Start = start, End = end, ReachesEnd = reachesEnd };

    /// <summary>From one value to another along half a cosine.</summary>
    /// <param name="start">Value in epoch 0.</param>
    /// <param name="end">Value to which it moves.</param>
    /// <param name="perStep">Whether it moves on within an epoch.</param>
    /// <param name="halfPeriod">Epochs from start to end (<see cref="CosineSchedule.HalfPeriod"/>); null for those of the run.</param>
    public static CosineSchedule Cosine(double start, double end = 0, bool perStep = false, int? halfPeriod = null) =>
        new() { Start = start, End = end, PerStep = perStep, HalfPeriod = halfPeriod };

    /// <summary>From one value to another along a quarter of a cosine.</summary>
    /// <param name="start">Value in epoch 0.</param>
    /// <param name="end">Value to which it moves.</param>
    public static QuarterCosineSchedule QuarterCosine(double start, double end = 0) => new() { Start = start, End = end };

    /// <summary>What the epoch rules of a search feed back (<see cref="EpochPosition.Feedback"/>).</summary>
    /// <param name="start">Value until the first decision.</param>
    public static FeedbackSchedule Feedback(double start) => new() { Start = start };

    /// <summary>First value outside of a range over the epochs of a run, as an error message; null if there is none.</summary>
    internal string? RangeFault(string what, int epochs, double least, double most) => Enumerable.Range(0, Math.Max(1, epochs))
        .Select(epoch => (Epoch: epoch, Value: At(new EpochPosition(epoch, 0, Math.Max(1, epochs)))))
        .Where(at => !(at.Value >= least && at.Value <= most))
        .Select(at => $"The {what} is {at.Value} in epoch {at.Epoch} of {epochs}; expected {least} to {most}.").FirstOrDefault();

    private protected static IEnumerable<string> EndFaults(string what, double end) =>
        double.IsFinite(end) ? [] : [$"The schedule of the {what} ends at {end}; expected a finite number."];
}
