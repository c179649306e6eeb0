using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// A validated search, ready to run once. The work is done on a thread of its own; cancelling ends it after the step in progress, with a
/// checkpoint from which it can be resumed, on the CPU bit for bit. So does a process that ends by itself in the middle; .NET 10 ends one
/// at once on SIGTERM unless the program handles the signal and cancels.
/// </summary>
public sealed class SearchRun
{
    private readonly ILogger logger;
    private readonly IProgress<SearchProgress>? progress;
    private int started;

    /// <summary>Validates a search.</summary>
    /// <param name="space">The search space.</param>
    /// <param name="data">Labelled samples of the space's input shape and number of classes.</param>
    /// <param name="options">Everything else; the paper's settings where <see langword="null"/>.</param>
    /// <param name="logger">Receives structured records; nothing is logged if null.</param>
    /// <param name="progress">Called after every step; nothing is reported if null.</param>
    /// <exception cref="InvalidSearchException">Something is missing or cannot be; the exception lists every fault.</exception>
    internal SearchRun(
        SearchSpace space, IBatchSource data, SearchOptions? options = null, ILogger? logger = null,
        IProgress<SearchProgress>? progress = null)
    {
        TorchRuntime.EnsureLoaded();
        Options = options ?? new SearchOptions();
        IReadOnlyList<string> faults = SearchValidation.Faults(space, data, Options, out SearchProbe? probe);
        if (faults.Count > 0)
            throw new InvalidSearchException(faults);
        Probe = probe!;
        Space = space;
        Data = data;
        this.logger = logger ?? NullLogger.Instance;
        this.progress = progress;
    }

    /// <summary>The search space.</summary>
    public SearchSpace Space { get; }

    /// <summary>The samples.</summary>
    public IBatchSource Data { get; }

    /// <summary>Everything else.</summary>
    public SearchOptions Options { get; }

    /// <summary>What the trial of the parts showed.</summary>
    internal SearchProbe Probe { get; }

    /// <summary>Runs the search to its end.</summary>
    /// <param name="progress">Called after every step, instead of the one that the run was built with.</param>
    /// <param name="cancellationToken">Ends the search after the step in progress.</param>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint was saved if there is a run folder.</exception>
    /// <exception cref="SearchDivergedException">The loss or α is not finite.</exception>
    /// <exception cref="InvalidSearchException">The run folder holds another search.</exception>
    /// <exception cref="IOException">The run folder cannot be used.</exception>
    public async Task<SearchResult> RunAsync(
        IProgress<SearchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        SearchResult? result = null;
        await foreach (EpochReport _ in Run(progress, r => result = r, cancellationToken).ConfigureAwait(false)) { }
        return result!;
    }

    /// <summary>
    /// Runs the search and gives each epoch's report as it ends; leaving the enumeration early cancels the search. Epochs before a
    /// resume are not repeated.
    /// </summary>
    /// <inheritdoc cref="RunAsync"/>
    public IAsyncEnumerable<EpochReport> RunEpochsAsync(
        IProgress<SearchProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Run(progress, _ => { }, cancellationToken);

    private IAsyncEnumerable<EpochReport> Run(
        IProgress<SearchProgress>? progress, Action<SearchResult> completed, CancellationToken cancellationToken) =>
        BackgroundWork.Run<EpochReport>((report, stop) => Work(report, progress ?? this.progress, completed, stop), cancellationToken);

    private void Work(
        Action<EpochReport> report, IProgress<SearchProgress>? progress, Action<SearchResult> completed, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref started, 1) == 1)
            throw new InvalidOperationException("This search has been run; build another to run it again.");
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        using DatasetSource? own = Data as DatasetSource;
        using SearchStorage? storage = Options.OutputFolder is null ? null : SearchStorage.Open(Space, Data, Options);
        using var loop = new SearchLoop(Space, Data, Options, storage, logger, progress, Probe.DrawsFromGlobalGenerator);
        // A tensor that no inner scope holds must not be taken by the garbage collector during a native call.
        using var scope = NewDisposeScope();
        foreach (EpochReport epoch in loop.Epochs(cancellationToken))
            report(epoch);
        completed(loop.Complete());
    }
}
