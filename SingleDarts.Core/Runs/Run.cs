using Microsoft.Extensions.Logging;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// A validated search or training, ready to run once. The work is done on a thread of its own; cancelling ends it after the step in
/// progress, or within an evaluation, with a checkpoint from which it can be resumed, on the CPU bit for bit. So does a process that ends
/// by itself in the middle; .NET 10 ends one at once on SIGTERM unless the program handles the signal and cancels.
/// </summary>
/// <typeparam name="TReport">What an epoch gives.</typeparam>
/// <typeparam name="TResult">What the run gives.</typeparam>
public sealed class Run<TReport, TResult> where TReport : RunReport where TResult : class
{
    private readonly RunDescription<TReport, TResult> description;
    private readonly ILogger logger;
    private readonly IProgress<RunProgress>? progress;
    private int started;

    internal Run(RunDescription<TReport, TResult> description, ILogger logger, IProgress<RunProgress>? progress)
    {
        this.description = description;
        this.logger = logger;
        this.progress = progress;
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="cancellationToken">Ends the run after the step in progress, or within an evaluation.</param>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint was saved if there is a run folder.</exception>
    /// <exception cref="RunDivergedException">The loss, a weight or α is not finite.</exception>
    /// <exception cref="InvalidRunException">The run folder holds another run.</exception>
    /// <exception cref="InvalidOperationException">The run was started before.</exception>
    /// <exception cref="IOException">The run folder cannot be used.</exception>
    public async Task<TResult> RunAsync(CancellationToken cancellationToken = default)
    {
        TResult? result = null;
        await foreach (TReport _ in Start(r => result = r, cancellationToken).ConfigureAwait(false)) { }
        return result!;
    }

    /// <summary>
    /// Runs and returns each epoch's report as it ends; leaving the enumeration early cancels the run. Epochs before a resume are not
    /// repeated.
    /// </summary>
    /// <inheritdoc cref="RunAsync"/>
    public IAsyncEnumerable<TReport> RunEpochsAsync(CancellationToken cancellationToken = default) => Start(_ => { }, cancellationToken);

    private IAsyncEnumerable<TReport> Start(Action<TResult> completed, CancellationToken cancellationToken) =>
        BackgroundWork.Run<TReport>((report, stop) => Work(report, completed, stop), cancellationToken);

    private void Work(Action<TReport> report, Action<TResult> completed, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref started, 1) == 1)
            throw new InvalidOperationException($"This {description.Kind} has been run; build another to run it again.");
        SetProcess(description.Options);
        using RunStorage? storage = description.OpenStorage();
        using IRunBody<TReport, TResult> body = description.MakeBody(logger);
        // A tensor that no inner scope holds must not be taken by the garbage collector during a native call.
        using var scope = NewDisposeScope();
        var engine = new RunEngine<TReport, TResult>(body, description.Options, storage, logger, progress);
        foreach (TReport epoch in engine.Epochs(cancellationToken))
            report(epoch);
        completed(engine.Complete());
    }

    private static void SetProcess(RunOptions options)
    {
        NativeMemory.KeepForReuse();
        if (options.Threads is { } threads)
            set_num_threads(threads);
        if (Devices.Parse(options.Device).type == DeviceType.CUDA)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = options.AllowTF32;
    }
}
