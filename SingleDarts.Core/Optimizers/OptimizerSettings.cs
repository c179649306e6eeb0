using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// How one group of parameters is moved: optimizer, schedule of the learning rate, warm-up, clipping of the gradient, and the epochs and
/// steps in which it stands still. Immutable: every method returns a changed copy. Each of these is set by methods of its own and no method
/// touches another's, so that the order does not matter; of two methods for the same one, the later holds.
/// </summary>
public sealed record OptimizerSettings
{
    private readonly Schedule schedule = new ConstantSchedule();

    /// <summary>SGD at 0.025 with momentum 0.9, constant, without warm-up and clipping.</summary>
    public static OptimizerSettings Default { get; } = new();

    /// <summary>The optimizer and its settings.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public OptimizerOptions Optimizer { get; init => field = Given.NotNull(value, nameof(Optimizer)); } = new SgdOptions(0.025);

    /// <summary>Schedule of the learning rate, without the warm-up. It starts at the learning rate of <see cref="Optimizer"/>, whatever
    /// start it is given.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public Schedule Schedule
    {
        get => schedule with { Start = Optimizer.LearningRate };
        init => schedule = Given.NotNull(value, nameof(Schedule)) with { Start = 1 };
    }

    /// <summary>
    /// Share of the epochs, within [0, 1), over which the learning rate rises first; 0 for no warm-up. A share, so that it stretches with
    /// the training as the schedules do.
    /// </summary>
    public double WarmUpShare { get; init; }

    /// <summary>
    /// If true, the warm-up replaces the first epochs of <see cref="Schedule"/>, which keeps its full length, as in PC-DARTS
    /// (<c>train_imagenet.py</c>, commit b74702f). If false, <see cref="Schedule"/> starts at its epoch 0 after the warm-up and runs over
    /// the remaining epochs.
    /// </summary>
    public bool WarmUpOverlaps { get; init; }

    /// <summary>Largest L2 norm of the gradient over the whole group; longer ones are scaled down. No limit if null.</summary>
    public double? MaxGradientNorm { get; init; }

    /// <summary>
    /// Share of the epochs, within [0, 1), during which the parameters stand still first; 0 for none. The schedule does not wait for them.
    /// </summary>
    public double FreezeShare { get; init; }

    /// <summary>The parameters move in every n-th step of an epoch only: in steps n − 1, 2n − 1, ..., counted from 0.</summary>
    /// <value>1.</value>
    public int StepInterval { get; init; } = 1;

    /// <summary>Replaces the optimizer by stochastic gradient descent with exactly these values, its weight decay, too.</summary>
    /// <inheritdoc cref="SgdOptions"/>
    public OptimizerSettings Sgd(double learningRate, double momentum = 0.9, double weightDecay = 0, bool nesterov = false) =>
        this with { Optimizer = new SgdOptions(learningRate, momentum, weightDecay, nesterov) };

    /// <summary>Replaces the optimizer by Adam with exactly these values, its weight decay, too.</summary>
    /// <inheritdoc cref="AdamOptions"/>
    public OptimizerSettings Adam(
        double learningRate, double beta1 = 0.9, double beta2 = 0.999, double weightDecay = 0, double epsilon = 1e-8) =>
        this with { Optimizer = new AdamOptions(learningRate, beta1, beta2, weightDecay, epsilon) };

    /// <summary>Replaces the weight decay of the present optimizer.</summary>
    /// <param name="decay">L2, 0 or more.</param>
    public OptimizerSettings WithWeightDecay(double decay) => this with { Optimizer = Optimizer with { WeightDecay = decay } };

    /// <summary>Replaces the schedule by a constant learning rate.</summary>
    public OptimizerSettings Constant() => this with { Schedule = new ConstantSchedule() };

    /// <summary>Replaces the schedule by half a cosine down to a minimum (<see cref="CosineSchedule"/>).</summary>
    /// <param name="minimum">Learning rate at the end: 0, or 0.001 in DARTS.</param>
    /// <param name="perStep">Whether the learning rate changes within an epoch.</param>
    /// <param name="halfPeriod">Epochs from the start to the minimum; null for those of the run.</param>
    public OptimizerSettings Cosine(double minimum = 0, bool perStep = false, int? halfPeriod = null) =>
        this with { Schedule = Schedule.Cosine(1, minimum, perStep, halfPeriod) };

    /// <summary>Replaces the schedule by cosine power annealing down to a minimum (<see cref="CosinePowerSchedule"/>).</summary>
    /// <param name="minimum">Learning rate at the end.</param>
    /// <param name="order">Order n, positive; 1 is the cosine.</param>
    public OptimizerSettings CosinePower(double minimum = 0, double order = 2) =>
        this with { Schedule = new CosinePowerSchedule { End = minimum, Order = order } };

    /// <summary>Replaces the schedule by a linear decay (<see cref="LinearSchedule"/>).</summary>
    /// <param name="minimum">Learning rate at the end.</param>
    /// <param name="reachesEnd">Whether the last epoch has the minimum; if not, the epoch after it would.</param>
    public OptimizerSettings Linear(double minimum = 0, bool reachesEnd = false) =>
        this with { Schedule = Schedule.Linear(1, minimum, reachesEnd) };

    /// <summary>Replaces the schedule by the linear decay of PC-DARTS on ImageNet (<see cref="LinearTailSchedule"/>).</summary>
    public OptimizerSettings LinearTail() => this with { Schedule = new LinearTailSchedule() };

    /// <summary>
    /// Replaces the warm-up: a linear rise lr₀ (e + 1) / E over the first E epochs, taken at whole epochs. It keeps its share of the
    /// epochs if the training gets longer or shorter, and lasts at least one epoch.
    /// </summary>
    /// <param name="epochs">Epochs of the rise, E; 0 for no warm-up.</param>
    /// <param name="of">Epochs of the training that <paramref name="epochs"/> are a part of, for example 5 of 250.</param>
    /// <param name="overlaps">Whether the warm-up replaces the first epochs of the schedule (<see cref="WarmUpOverlaps"/>).</param>
    public OptimizerSettings WarmUp(int epochs, int of, bool overlaps = false) =>
        this with { WarmUpShare = (double)epochs / of, WarmUpOverlaps = overlaps };

    /// <summary>Replaces the limit of the gradient: a gradient of a larger L2 norm is scaled down to it.</summary>
    /// <param name="norm">Largest norm, 5 in DARTS; null for no limit.</param>
    public OptimizerSettings ClipGradientNorm(double? norm) => this with { MaxGradientNorm = norm };

    /// <summary>
    /// Replaces the freeze: the parameters stand still in the first epochs, as α in epochs 0 to 14 of 50 in PC-DARTS, FreezeFor(15, of:
    /// 50). It keeps its share of the epochs if the run gets longer or shorter, and leaves at least one epoch to move in.
    /// </summary>
    /// <param name="epochs">Epochs without a step; 0 for none.</param>
    /// <param name="of">Epochs of the run that <paramref name="epochs"/> are a part of.</param>
    public OptimizerSettings FreezeFor(int epochs, int of) => this with { FreezeShare = (double)epochs / of };

    /// <summary>Replaces the interval: the parameters move in every n-th step of an epoch only, as α of ProxylessNAS in every
    /// fifth.</summary>
    /// <param name="steps">n; 1 for every step.</param>
    public OptimizerSettings EverySteps(int steps) => this with { StepInterval = steps };

    /// <summary>Epochs of the warm-up in a training of T epochs: the share of them, rounded, at least 1; 0 without warm-up.</summary>
    /// <param name="epochs">Number of epochs, T.</param>
    public int WarmUpEpochs(int epochs) => WarmUpShare == 0 ? 0 : Math.Max(1, (int)Math.Round(WarmUpShare * epochs));

    /// <summary>Epochs in which the parameters stand still in a run of E epochs: the share of them, rounded, at most E − 1.</summary>
    /// <param name="epochs">Number of epochs, E.</param>
    public int FrozenEpochs(int epochs) => Math.Min(epochs - 1, (int)Math.Round(FreezeShare * epochs));

    /// <summary>Whether the parameters move in a step.</summary>
    /// <param name="position">The moment.</param>
    /// <param name="step">Step of the epoch, counted from 0.</param>
    public bool IsMovingAt(EpochPosition position, long step) =>
        position.Epoch >= FrozenEpochs(position.Epochs) && (step + 1) % StepInterval == 0;

    /// <summary>The learning rate by warm-up and schedule.</summary>
    /// <param name="position">The moment.</param>
    public double LearningRateAt(EpochPosition position)
    {
        var (epoch, fraction, epochs) = position;
        int rise = WarmUpEpochs(epochs);
        if (epoch < rise)
            return Optimizer.LearningRate * (epoch + 1) / rise;
        int skipped = WarmUpOverlaps ? 0 : rise;
        return Schedule.At(new EpochPosition(epoch - skipped, fraction, Math.Max(1, epochs - skipped)));
    }

    /// <summary>Error messages for invalid settings; empty if all are valid.</summary>
    /// <param name="what">Whose settings, for the messages: <c>weights</c> or <c>architecture</c>.</param>
    public IEnumerable<string> Faults(string what)
    {
        foreach (string? fault in Optimizer.Faults(what))
            if (fault is not null)
                yield return fault;
        foreach (string fault in Schedule.Faults($"learning rate of the {what}"))
            yield return fault;
        double? end = schedule switch
        {
            CosineSchedule cosine => cosine.End, CosinePowerSchedule power => power.End, LinearSchedule linear => linear.End, _ => null,
        };
        if (Optimizer.LearningRate > 0 && (end < 0 || end > Optimizer.LearningRate))
            yield return $"The learning rate of the {what} goes from {Optimizer.LearningRate} to {end}; expected an end from 0 to the " +
                "start.";
        if (!(WarmUpShare is >= 0 and < 1))
            yield return $"The warm-up of the {what} takes a share of {WarmUpShare} of the epochs; expected 0 or more and less than 1, " +
                "for example WarmUp(5, of: 250).";
        if (!(FreezeShare is >= 0 and < 1))
            yield return $"The {what} optimiser is frozen for a share of {FreezeShare} of the epochs; expected 0 or more and less than " +
                "1, for example FreezeFor(15, of: 50).";
        if (StepInterval < 1)
            yield return $"The {what} optimiser moves in every {StepInterval}-th step; expected 1 or more, for " +
                "example EverySteps(5).";
        if (MaxGradientNorm is { } norm && !(norm > 0))
            yield return $"The gradient of the {what} is clipped at a norm of {norm}; expected a positive number, or null for no limit.";
    }
    /// <summary>An error message if an epoch has too few steps for the parameters to move at all; null if not.</summary>
    internal string? IntervalFault(string what, long stepsPerEpoch) => StepInterval <= stepsPerEpoch ? null
        : $"The {what} optimiser moves in every {StepInterval}-th step of an epoch, but an epoch has {stepsPerEpoch}; expected at most " +
            "that many, so that it moves at all.";
}
