namespace SingleDarts.Core.Optimizers;

/// <summary>
/// How one group of parameters is moved: optimiser, schedule of the learning rate, clipping of the gradient. Immutable; every method
/// gives a changed copy.
/// </summary>
public sealed record OptimizerSettings
{
    /// <summary>SGD at 0.025 with momentum 0.9, constant, unclipped: where descriptions begin.</summary>
    public static OptimizerSettings Default { get; } = new();

    /// <summary>Optimiser and its settings.</summary>
    public OptimizerOptions Optimizer { get; init; } = new SgdOptions(0.025);

    /// <summary>Schedule of the learning rate.</summary>
    public ILearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Largest L2 norm of the gradient over the whole group; longer ones are scaled down. No limit where <see langword="null"/>.</summary>
    public double? MaxGradientNorm { get; init; }

    /// <summary>Stochastic gradient descent.</summary>
    /// <inheritdoc cref="SgdOptions"/>
    public OptimizerSettings Sgd(double learningRate, double momentum = 0.9, double weightDecay = 0, bool nesterov = false) =>
        this with { Optimizer = new SgdOptions(learningRate, momentum, weightDecay, nesterov) };

    /// <summary>Adam.</summary>
    /// <inheritdoc cref="AdamOptions"/>
    public OptimizerSettings Adam(
        double learningRate, double beta1 = 0.9, double beta2 = 0.999, double weightDecay = 0, double epsilon = 1e-8) =>
        this with { Optimizer = new AdamOptions(learningRate, beta1, beta2, weightDecay, epsilon) };

    /// <summary>Half a cosine down to a minimum.</summary>
    /// <inheritdoc cref="CosineSchedule"/>
    public OptimizerSettings Cosine(double minimum = 0, bool perStep = false) => this with { Schedule = new CosineSchedule(minimum, perStep) };

    /// <summary>The linear decay of PC-DARTS on ImageNet.</summary>
    /// <inheritdoc cref="LinearSchedule"/>
    public OptimizerSettings Linear() => this with { Schedule = new LinearSchedule() };

    /// <summary>A linear rise before the schedule that was said so far.</summary>
    /// <param name="epochs">Epochs of the rise.</param>
    /// <param name="overlaps">Whether the rise lies over the beginning of that schedule (<see cref="WarmUpSchedule.Overlaps"/>).</param>
    public OptimizerSettings WarmUp(int epochs, bool overlaps = false) => this with { Schedule = new WarmUpSchedule(epochs, Schedule, overlaps) };

    /// <summary>Scales the gradient down where its L2 norm is larger.</summary>
    /// <param name="norm">Largest norm; 5 in DARTS.</param>
    public OptimizerSettings ClipGradientNorm(double norm) => this with { MaxGradientNorm = norm };

    /// <summary>Sentences that name what cannot be; empty where all is well.</summary>
    /// <param name="what">Whose rule, for the sentences: <c>weights</c> or <c>architecture</c>.</param>
    public IEnumerable<string> Validate(string what)
    {
        foreach (string? fault in Optimizer.Faults(what))
            if (fault is not null)
                yield return fault;
        foreach (string fault in Schedule.Faults(what, Optimizer.LearningRate))
            yield return fault;
        if (MaxGradientNorm is { } norm && !(norm > 0))
            yield return $"The gradient of the {what} is clipped at a norm of {norm}; expected a positive number.";
    }
}
