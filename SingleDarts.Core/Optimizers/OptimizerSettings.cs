namespace SingleDarts.Core.Optimizers;

/// <summary>
/// How one group of parameters is moved: optimizer, schedule of the learning rate, warm-up, clipping of the gradient. Immutable: every
/// method returns a changed copy. Each of the four is set by methods of its own and no method touches another's, so that the order does
/// not matter; of two methods for the same one, the later holds.
/// </summary>
public sealed record OptimizerSettings
{
    /// <summary>SGD at 0.025 with momentum 0.9, constant, without warm-up and clipping.</summary>
    public static OptimizerSettings Default { get; } = new();

    /// <summary>The optimizer and its settings.</summary>
    public OptimizerOptions Optimizer { get; init; } = new SgdOptions(0.025);

    /// <summary>Schedule of the learning rate, without the warm-up.</summary>
    public ILearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

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

    /// <summary>Replaces the optimizer by stochastic gradient descent with exactly these values, its weight decay, too.</summary>
    /// <inheritdoc cref="SgdOptions"/>
    public OptimizerSettings Sgd(double learningRate, double momentum = 0.9, double weightDecay = 0, bool nesterov = false) =>
        this with { Optimizer = new SgdOptions(learningRate, momentum, weightDecay, nesterov) };

    /// <summary>Replaces the optimizer by Adam with exactly these values, its weight decay, too.</summary>
    /// <inheritdoc cref="AdamOptions"/>
    public OptimizerSettings Adam(
        double learningRate, double beta1 = 0.9, double beta2 = 0.999, double weightDecay = 0, double epsilon = 1e-8) =>
        this with { Optimizer = new AdamOptions(learningRate, beta1, beta2, weightDecay, epsilon) };

    /// <summary>Replaces the schedule by a constant learning rate.</summary>
    public OptimizerSettings Constant() => this with { Schedule = new ConstantSchedule() };

    /// <summary>Replaces the schedule by half a cosine down to a minimum.</summary>
    /// <inheritdoc cref="CosineSchedule"/>
    public OptimizerSettings Cosine(double minimum = 0, bool perStep = false) =>
        this with { Schedule = new CosineSchedule(minimum, perStep) };

    /// <summary>Replaces the schedule by the linear decay of PC-DARTS on ImageNet.</summary>
    /// <inheritdoc cref="LinearSchedule"/>
    public OptimizerSettings Linear() => this with { Schedule = new LinearSchedule() };

    /// <summary>
    /// Replaces the warm-up: a linear rise lr₀ (e + 1) / E over the first E epochs, taken at whole epochs. It keeps its share of the
    /// epochs if the
    /// training gets longer or shorter, and lasts at least one epoch.
    /// </summary>
    /// <param name="epochs">Epochs of the rise, E; 0 for no warm-up.</param>
    /// <param name="of">Epochs of the training that <paramref name="epochs"/> are a part of, for example 5 of 250.</param>
    /// <param name="overlaps">Whether the warm-up replaces the first epochs of the schedule (<see cref="WarmUpOverlaps"/>).</param>
    public OptimizerSettings WarmUp(int epochs, int of, bool overlaps = false) =>
        this with { WarmUpShare = (double)epochs / of, WarmUpOverlaps = overlaps };

    /// <summary>Replaces the limit of the gradient: a gradient of a larger L2 norm is scaled down to it.</summary>
    /// <param name="norm">Largest norm, 5 in DARTS; null for no limit.</param>
    public OptimizerSettings ClipGradientNorm(double? norm) => this with { MaxGradientNorm = norm };

    /// <summary>Epochs of the warm-up in a training of T epochs: the share of them, rounded, at least 1; 0 without warm-up.</summary>
    /// <param name="epochs">Number of epochs, T.</param>
    public int WarmUpEpochs(int epochs) => WarmUpShare == 0 ? 0 : Math.Max(1, (int)Math.Round(WarmUpShare * epochs));

    /// <summary>The learning rate by warm-up and schedule.</summary>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="fraction">Share of the epoch that is done, within [0, 1).</param>
    /// <param name="epochs">Number of epochs, T.</param>
    public double LearningRateAt(int epoch, double fraction, int epochs)
    {
        double initial = Optimizer.LearningRate;
        int rise = WarmUpEpochs(epochs);
        if (epoch < rise)
            return initial * (epoch + 1) / rise;
        int skipped = WarmUpOverlaps ? 0 : rise;
        return Schedule.At(initial, epoch - skipped, fraction, Math.Max(1, epochs - skipped));
    }

    /// <summary>Error messages for invalid settings; empty if all are valid.</summary>
    /// <param name="what">Whose settings, for the messages: <c>weights</c> or <c>architecture</c>.</param>
    public IEnumerable<string> Faults(string what)
    {
        foreach (string? fault in Optimizer.Faults(what))
            if (fault is not null)
                yield return fault;
        if (Optimizer.LearningRate > 0)
            foreach (string fault in Schedule.Faults(what, Optimizer.LearningRate))
                yield return fault;
        if (!(WarmUpShare is >= 0 and < 1))
            yield return $"The warm-up of the {what} takes a share of {WarmUpShare} of the epochs; expected 0 or more and less than 1, " +
                "for example WarmUp(5, of: 250).";
        if (MaxGradientNorm is { } norm && !(norm > 0))
            yield return $"The gradient of the {what} is clipped at a norm of {norm}; expected a positive number, or null for no limit.";
    }
}
