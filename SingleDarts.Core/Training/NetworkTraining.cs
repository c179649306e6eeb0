using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// Describes the training of a fixed network in words and runs it. A thin layer over <see cref="TrainingOptions"/> and
/// <see cref="Run{TReport, TResult}"/>: every method changes one option and returns the same builder. What is not said is the paper's
/// setting for CIFAR-10.
/// </summary>
public sealed class NetworkTraining
{
    private readonly ClassificationNetwork network;
    private IBatchSource? train, test;
    private ILogger? logger;
    private IProgress<RunProgress>? progress;

    private NetworkTraining(ClassificationNetwork network) => this.network = network;

    /// <summary>The options so far.</summary>
    public TrainingOptions Options { get; private set; } = new();

    /// <summary>Begins with the network.</summary>
    /// <param name="network">The network, with its first weights; it is moved to the device, trained in place, and stays the
    /// caller's.</param>
    public static NetworkTraining Of(ClassificationNetwork network) => new(network);

    /// <summary>The training samples.</summary>
    /// <param name="train">Samples with their augmentation; stays the caller's to dispose.</param>
    public NetworkTraining On(IBatchSource train) => Set(() => this.train = train);

    /// <summary>The samples to evaluate on.</summary>
    /// <param name="test">Samples without augmentation; stays the caller's to dispose.</param>
    public NetworkTraining EvaluatedOn(IBatchSource test) => Set(() => this.test = test);

    /// <summary>Replaces all options, so say it before the others.</summary>
    /// <param name="recipe">For example <see cref="TrainingRecipes.Cifar"/>.</param>
    public NetworkTraining With(TrainingOptions recipe) => Set(() => Options = recipe);

    /// <summary>Changes any option.</summary>
    /// <param name="change">For example <c>o => o with { LabelSmoothing = 0.1 }</c>.</param>
    public NetworkTraining With(Func<TrainingOptions, TrainingOptions> change) => Set(() => Options = change(Options));

    /// <summary>Optimiser, schedule and clipping of the weights.</summary>
    /// <param name="describe">For example <c>o => o.Sgd(0.025, momentum: 0.9).Cosine()</c>, which begins from nothing.</param>
    public NetworkTraining UpdatingWeights(Func<OptimizerSettings, OptimizerSettings> describe) =>
        With(o => o with { WeightOptimizer = describe(OptimizerSettings.Default) });

    /// <summary>Length of the training, without a change of the schedule; <see cref="TrainingOptions.Scaled"/> also shortens a
    /// warm-up.</summary>
    /// <param name="epochs">Passes over the training samples.</param>
    /// <param name="batchSize">Samples of a step.</param>
    public NetworkTraining For(int epochs, int batchSize) => With(o => o with { Epochs = epochs, BatchSize = batchSize });

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
    public NetworkTraining ObservedBy(IRunObserver observer) => With(o => o with { Observers = [.. o.Observers, observer] });

    /// <summary>Where the network is trained.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>.</param>
    public NetworkTraining OnDevice(string device) => With(o => o with { Device = device });

    /// <summary>Floating type of the network and the batches.</summary>
    /// <param name="dataType">Float32 or, for tests, Float64.</param>
    public NetworkTraining InPrecision(ScalarType dataType) => With(o => o with { DataType = dataType });

    /// <summary>Saves options, epochs, checkpoints and the final weights into a new run folder.</summary>
    /// <param name="folder">A folder that does not hold a run.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints.</param>
    public NetworkTraining SavingTo(string folder, int checkpointInterval = 1) =>
        With(o => o with { OutputFolder = folder, Resume = false, CheckpointInterval = checkpointInterval });

    /// <summary>Goes on with the run in a folder where it stopped, on the CPU bit for bit, and saves into it.</summary>
    /// <param name="folder">A folder that holds a run of the same network, data and options.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints.</param>
    public NetworkTraining ResumingFrom(string folder, int checkpointInterval = 1) =>
        With(o => o with { OutputFolder = folder, Resume = true, CheckpointInterval = checkpointInterval });

    /// <summary>Logs with structured fields.</summary>
    /// <param name="factory">Makes the logger.</param>
    public NetworkTraining LoggingTo(ILoggerFactory factory) => Set(() => logger = factory.CreateLogger("SingleDarts.Training"));

    /// <summary>Reports progress after every step.</summary>
    /// <param name="progress">For example a progress bar.</param>
    public NetworkTraining ReportingTo(IProgress<RunProgress> progress) => Set(() => this.progress = progress);

    /// <summary>Validates everything that was said.</summary>
    /// <exception cref="InvalidRunException">An option is missing or invalid; the exception lists every fault.</exception>
    public Run<TrainingEpochReport, TrainingResult> Build() => TrainingRun.Create(network, train, test, Options, logger, progress);

    /// <summary>Validates and runs the training to its end.</summary>
    /// <param name="cancellationToken">Ends the training after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunAsync"/>
    public Task<TrainingResult> RunAsync(CancellationToken cancellationToken = default) => Build().RunAsync(cancellationToken);

    /// <summary>Validates and runs the training, epoch by epoch.</summary>
    /// <param name="cancellationToken">Ends the training after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunEpochsAsync"/>
    public IAsyncEnumerable<TrainingEpochReport> RunEpochsAsync(CancellationToken cancellationToken = default) =>
        Build().RunEpochsAsync(cancellationToken);

    private NetworkTraining Set(Action change)
    {
        change();
        return this;
    }
}
