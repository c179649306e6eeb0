using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// A validated training, ready to run once. The work is done on a thread of its own; cancelling ends it after the step in progress, or
/// within an evaluation, with a checkpoint from which it can be resumed, on the CPU bit for bit. So does a process that ends by itself in
/// the middle; .NET 10 ends one at once on SIGTERM unless the program handles the signal and cancels.
/// </summary>
public sealed class TrainingRun
{
    private readonly ILogger logger;
    private readonly IProgress<TrainingProgress>? progress;
    private int started;

    /// <summary>Validates a training.</summary>
    /// <param name="network">The network, with its first weights; the run moves it to the device and trains it in place.</param>
    /// <param name="train">Training samples, with their augmentation.</param>
    /// <param name="test">Samples to evaluate on, without augmentation; no evaluation where <see langword="null"/>.</param>
    /// <param name="options">Everything else; the paper's settings for CIFAR-10 where <see langword="null"/>.</param>
    /// <param name="logger">Receives structured records; nothing is logged if null.</param>
    /// <param name="progress">Called after every step; nothing is reported if null.</param>
    /// <exception cref="InvalidTrainingException">Something is missing or cannot be; the exception lists every fault.</exception>
    internal TrainingRun(
        ClassificationNetwork network, IBatchSource train, IBatchSource? test = null, TrainingOptions? options = null,
        ILogger? logger = null, IProgress<TrainingProgress>? progress = null)
    {
        TorchRuntime.EnsureLoaded();
        Options = options ?? new TrainingOptions();
        List<string> faults = [.. TrainingValidation.Faults(network, train, test, Options)];
        if (faults.Count > 0)
            throw new InvalidTrainingException(faults);
        (Network, Train, Test) = (network, train, test);
        this.logger = logger ?? NullLogger.Instance;
        this.progress = progress;
    }

    /// <summary>The network.</summary>
    public ClassificationNetwork Network { get; }

    /// <summary>Training samples.</summary>
    public IBatchSource Train { get; }

    /// <summary>Samples to evaluate on, or <see langword="null"/>.</summary>
    public IBatchSource? Test { get; }

    /// <summary>Everything else.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Runs the training to its end, which leaves the network in evaluation mode.</summary>
    /// <param name="progress">Called after every step, instead of the one that the run was built with.</param>
    /// <param name="cancellationToken">Ends the training after the step in progress, or within an evaluation.</param>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint was saved if there is a run folder.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a weight is not finite.</exception>
    /// <exception cref="InvalidTrainingException">The run folder holds another training.</exception>
    /// <exception cref="IOException">The run folder cannot be used.</exception>
    public async Task<TrainingResult> RunAsync(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingResult? result = null;
        await foreach (TrainingEpochReport _ in Run(progress, r => result = r, cancellationToken).ConfigureAwait(false)) { }
        return result!;
    }

    /// <summary>
    /// Runs the training and gives each epoch's report as it ends; leaving the enumeration early cancels the training. Epochs before a
    /// resume are not repeated.
    /// </summary>
    /// <inheritdoc cref="RunAsync"/>
    public IAsyncEnumerable<TrainingEpochReport> RunEpochsAsync(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Run(progress, _ => { }, cancellationToken);

    private IAsyncEnumerable<TrainingEpochReport> Run(
        IProgress<TrainingProgress>? progress, Action<TrainingResult> completed, CancellationToken cancellationToken) =>
        BackgroundWork.Run<TrainingEpochReport>((report, stop) => Work(report, progress ?? this.progress, completed, stop), cancellationToken);

    private void Work(
        Action<TrainingEpochReport> report, IProgress<TrainingProgress>? progress, Action<TrainingResult> completed,
        CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref started, 1) == 1)
            throw new InvalidOperationException("This training has been run; build another to run it again.");
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        using DatasetSource? ownTrain = Train as DatasetSource, ownTest = Test as DatasetSource;
        using TrainingStorage? storage = Options.OutputFolder is null ? null : TrainingStorage.Open(Network, Train, Test, Options);
        using var loop = new TrainingLoop(Network, Train, Test, Options, storage, logger, progress);
        // A tensor that no inner scope holds must not be taken by the garbage collector during a native call.
        using var scope = NewDisposeScope();
        foreach (TrainingEpochReport epoch in loop.Epochs(cancellationToken))
            report(epoch);
        completed(loop.Complete());
    }
}
