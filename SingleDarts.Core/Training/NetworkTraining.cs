using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// Describes the training of a fixed network in words and runs it. Immutable: every method returns a changed copy. The order of the calls
/// does not matter; a later call for the same option replaces an earlier one. Options that are not set keep the values of the recipe.
/// </summary>
/// <remarks>The network itself is trained in place, so that two trainings that run side by side need a network each.</remarks>
public sealed class NetworkTraining
{
    private readonly ClassificationNetwork network;
    private Func<TrainingOptions, IBatchSource>? train;
    private Func<TrainingOptions, IBatchSource?, IBatchSource>? test;
    private ILogger? logger;
    private IProgress<RunProgress>? progress;

    private NetworkTraining(ClassificationNetwork network, TrainingOptions recipe)
    {
        this.network = network;
        Options = recipe;
    }

    /// <summary>The options.</summary>
    public TrainingOptions Options { get; private set; }

    /// <summary>Whether there are samples to evaluate on.</summary>
    internal bool IsEvaluated => test is not null;

    /// <summary>Begins with the network and the options that the others change.</summary>
    /// <param name="network">The network, with its first weights; it is moved to the device, trained in place, and stays the
    /// caller's.</param>
    /// <param name="recipe">For example <see cref="TrainingRecipes.ImageNet"/>; <see cref="TrainingRecipes.Cifar"/> if null.</param>
    public static NetworkTraining Of(ClassificationNetwork network, TrainingOptions? recipe = null) =>
        new(Given.NotNull(network), recipe ?? TrainingRecipes.Cifar);

    /// <summary>
    /// The training samples, held in memory. The training brings them to its device and type and applies <see cref="Augmenting"/>;
    /// without it,
    /// images are normalised by their own statistics.
    /// </summary>
    /// <param name="train">Samples of the network's input shape and number of classes; stays the caller's to dispose.</param>
    public NetworkTraining On(ClassificationDataset train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Changed(training => training.train = options => Source(train, options));
    }

    /// <summary>The training samples, ready for the model.</summary>
    /// <param name="train">Samples with their augmentation, on any device; stays the caller's to dispose.</param>
    public NetworkTraining On(IBatchSource train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Changed(training => training.train = _ => train);
    }

    /// <summary>
    /// The samples to evaluate on, held in memory. They become model input as the training samples do, without augmentation
    /// (<see cref="IBatchTransform.ForEvaluation"/>), so that the training samples must be a dataset, too.
    /// </summary>
    /// <param name="test">Samples of the shape and classes of the training samples; stays the caller's to dispose.</param>
    public NetworkTraining EvaluatedOn(ClassificationDataset test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Changed(training => training.test = (options, train) =>
            (train as DatasetSource)?.ForEvaluation(test) ?? Source(test, options));
    }

    /// <summary>The samples to evaluate on, ready for the model.</summary>
    /// <param name="test">Samples without augmentation, on any device; stays the caller's to dispose.</param>
    public NetworkTraining EvaluatedOn(IBatchSource test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Changed(training => training.test = (_, _) => test);
    }

    /// <summary>How a stored batch of a dataset becomes model input: augmentation and normalisation. A batch source makes its
    /// own.</summary>
    /// <param name="transform">For example <see cref="TrainingRecipes.CifarAugmentation"/>.</param>
    public NetworkTraining Augmenting(IBatchTransform transform) => With(o => o with { Transform = Given.NotNull(transform) });

    /// <summary>Changes any option.</summary>
    /// <param name="change">For example <c>o => o with { LabelSmoothing = 0.1 }</c>.</param>
    public NetworkTraining With(Func<TrainingOptions, TrainingOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Changed(training => training.Options = Given.Returned(change(training.Options), nameof(change)));
    }

    /// <summary>Optimiser, schedule and clipping of the weights.</summary>
    /// <param name="change">Changes the present settings: <c>o => o.Sgd(0.01)</c> keeps schedule, warm-up and clipping.</param>
    public NetworkTraining UpdatingWeights(Func<OptimizerSettings, OptimizerSettings> change) =>
        With(o => o with { WeightOptimizer = Given.NotNull(change)(o.WeightOptimizer) });

    /// <summary>Length of the training. Schedules, warm-up and drop path stretch with it.</summary>
    /// <param name="epochs">Passes over the training samples.</param>
    /// <param name="batchSize">Samples of a step; the present number if null.</param>
    public NetworkTraining For(int epochs, int? batchSize = null) =>
        With(o => o with { Epochs = epochs, BatchSize = batchSize ?? o.BatchSize });

    /// <summary>Computes each batch in parts, for less memory.</summary>
    /// <param name="microBatches">Parts of a batch.</param>
    public NetworkTraining AccumulatingGradients(int microBatches) => With(o => o with { GradientAccumulation = microBatches });

    /// <summary>Keeps a moving average of the weights and evaluates it beside them.</summary>
    /// <param name="decay">Share of the old average that a step keeps, for example 0.999.</param>
    public NetworkTraining WithEma(double decay) => With(o => o with { EmaDecay = decay });

    /// <summary>Seed of everything random but the network's first weights.</summary>
    /// <param name="seed">Any number.</param>
    public NetworkTraining WithSeed(long seed) => With(o => o with { Seed = seed });

    /// <summary>CPU threads of libtorch, for the whole process.</summary>
    /// <param name="threads">At least 1.</param>
    public NetworkTraining WithThreads(int threads) => With(o => o with { Threads = threads });

    /// <summary>Adds an observer.</summary>
    /// <param name="observer">Called at every step and epoch.</param>
    public NetworkTraining ObservedBy(IRunObserver observer) => With(o => o with { Observers = [.. o.Observers, Given.NotNull(observer)] });

    /// <summary>Where the network is trained.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>.</param>
    public NetworkTraining OnDevice(string device) => With(o => o with { Device = Given.NotNull(device) });

    /// <summary>Floating type of the network and the batches.</summary>
    /// <param name="dataType">Float32 or, for tests, Float64.</param>
    public NetworkTraining InPrecision(ScalarType dataType) => With(o => o with { DataType = dataType });

    /// <summary>Saves options, epochs, checkpoints and the final weights into a new run folder.</summary>
    /// <param name="folder">A folder that does not hold a run.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints; the present number if null.</param>
    public NetworkTraining SavingTo(string folder, int? checkpointInterval = null) =>
        Saving(folder, resume: false, checkpointInterval);

    /// <summary>Resumes the run in a folder where it stopped, on the CPU bit for bit, and saves into it.</summary>
    /// <param name="folder">A folder that holds a run of the same network, data and options.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints; the present number if null.</param>
    public NetworkTraining ResumingFrom(string folder, int? checkpointInterval = null) =>
        Saving(folder, resume: true, checkpointInterval);

    /// <summary>Logs with structured fields.</summary>
    /// <param name="factory">Makes the logger.</param>
    public NetworkTraining LoggingTo(ILoggerFactory factory) =>
        Changed(training => training.logger = Given.NotNull(factory).CreateLogger("SingleDarts.Training"));

    /// <summary>Reports progress after every step.</summary>
    /// <param name="progress">For example a progress bar.</param>
    public NetworkTraining ReportingTo(IProgress<RunProgress> progress) => Changed(training => training.progress = Given.NotNull(progress));

    /// <summary>Validates the data and all options.</summary>
    /// <exception cref="InvalidRunException">An option is missing or invalid; the exception lists every fault.</exception>
    public Run<TrainingEpochReport, TrainingResult> Build()
    {
        IBatchSource? source = train?.Invoke(Options);
        return TrainingRun.Create(network, source, test?.Invoke(Options, source), Options, logger, progress);
    }

    /// <summary>Validates and runs the training to its end.</summary>
    /// <param name="cancellationToken">Ends the training after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunAsync" path="/*[not(self::summary or self::param)]"/>
    public Task<TrainingResult> RunAsync(CancellationToken cancellationToken = default) => Build().RunAsync(cancellationToken);

    /// <summary>Validates and runs the training, epoch by epoch.</summary>
    /// <param name="cancellationToken">Ends the training after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunEpochsAsync" path="/*[not(self::summary or self::param)]"/>
    public IAsyncEnumerable<TrainingEpochReport> RunEpochsAsync(CancellationToken cancellationToken = default) =>
        Build().RunEpochsAsync(cancellationToken);

    private static DatasetSource Source(ClassificationDataset data, TrainingOptions options) =>
        new(data, options.Prefetch ? "cpu" : options.Device, options.DataType, options.Transform);

    private NetworkTraining Saving(string folder, bool resume, int? checkpointInterval) => With(o => o with
    {
        OutputFolder = Given.NotNull(folder),
        Resume = resume,
        CheckpointInterval = checkpointInterval ?? o.CheckpointInterval,
    });

    private NetworkTraining Changed(Action<NetworkTraining> change)
    {
        var copy = (NetworkTraining)MemberwiseClone();
        change(copy);
        return copy;
    }
}
