using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Describes a search in words and runs it. Immutable: every method returns a changed copy, so that <c>common.WithSeed(1)</c> and
/// <c>common.WithSeed(2)</c> are two searches, which may run side by side unless they share an observer or scheme with state. The
/// order of the calls does not matter; a later call for the same option replaces an earlier one. Options that are not set keep the
/// values of the method, by default the paper's for NAS-Bench-201.
/// </summary>
public sealed class ArchitectureSearch
{
    private readonly SearchSpace space;
    private Func<SearchOptions, IBatchSource>? data;
    private ILogger? logger;
    private IProgress<RunProgress>? progress;

    private ArchitectureSearch(SearchSpace space, SearchMethod method)
    {
        this.space = method.Space(space);
        Options = method.Options(space) with { Method = method.Name };
    }

    /// <summary>The options.</summary>
    public SearchOptions Options { get; private set; }

    /// <summary>Begins with the search space; the method is Single-DARTS.</summary>
    /// <param name="space">For example <c>SearchSpaces.NasBench201(classes: 10)</c>.</param>
    public static ArchitectureSearch In(SearchSpace space) => In(space, SearchMethods.SingleDarts());

    /// <summary>Begins with the search space and a method of the literature; later calls override what it sets.</summary>
    /// <param name="space">For example <c>SearchSpaces.Darts()</c>.</param>
    /// <param name="method">For example <c>SearchMethods.Darts()</c>.</param>
    public static ArchitectureSearch In(SearchSpace space, SearchMethod method)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(method);
        return new(space, method);
    }

    /// <summary>
    /// The labelled samples, held in memory. The search brings them to its device and type and applies <see cref="Augmenting"/>;
    /// without it,
    /// images are normalised by their own statistics.
    /// </summary>
    /// <param name="data">Samples of the space's input shape and number of classes; stays the caller's to dispose.</param>
    public ArchitectureSearch On(ClassificationDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Changed(search => search.data = options =>
            new DatasetSource(data, options.Prefetch ? "cpu" : options.Device, options.DataType, options.Transform));
    }

    /// <summary>The labelled samples, ready for the model, for example an <see cref="ImageFolderSource"/> that reads them from
    /// disk.</summary>
    /// <param name="source">Samples of the space's input shape and number of classes, on any device; stays the caller's to
    /// dispose.</param>
    public ArchitectureSearch On(IBatchSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Changed(search => search.data = _ => source);
    }

    /// <summary>How w and α are moved.</summary>
    /// <param name="scheme">For example <see cref="OptimizationSchemes.SingleLevel"/>.</param>
    public ArchitectureSearch Using(IOptimizationScheme scheme) => With(o => o with { Scheme = Given.NotNull(scheme) });

    /// <summary>What w and α minimise, instead of the mean cross-entropy.</summary>
    /// <param name="loss">Logits [N, classes] and labels [N] to a scalar, for example cross-entropy with label smoothing.</param>
    public ArchitectureSearch Minimizing(Func<Tensor, Tensor, Tensor> loss) => With(o => o with { Loss = Given.NotNull(loss) });

    /// <summary>How α becomes operation weights.</summary>
    /// <param name="relaxation">For example <c>new SigmoidRelaxation(0.125)</c>.</param>
    public ArchitectureSearch Relaxing(IRelaxation relaxation) => With(o => o with { Relaxation = Given.NotNull(relaxation) });

    /// <summary>Adds what stands around the mixture on every edge, outside of what was added before.</summary>
    /// <param name="decorator">For example partial channels.</param>
    public ArchitectureSearch Decorating(IEdgeDecorator decorator) =>
        With(o => o with { EdgeDecorators = [.. o.EdgeDecorators, Given.NotNull(decorator)] });

    /// <summary>Optimiser, schedule and clipping of the weights.</summary>
    /// <param name="change">Changes the present settings: <c>o => o.Sgd(0.01)</c> keeps the schedule and the clipping.</param>
    public ArchitectureSearch UpdatingWeights(Func<OptimizerSettings, OptimizerSettings> change) =>
        With(o => o with { WeightOptimizer = Given.NotNull(change)(o.WeightOptimizer) });

    /// <summary>Optimiser, schedule and clipping of α.</summary>
    /// <param name="change">Changes the present settings, for example <c>o => o.Adam(3e-4, 0.5, 0.999)</c>.</param>
    public ArchitectureSearch UpdatingArchitecture(Func<OptimizerSettings, OptimizerSettings> change) =>
        With(o => o with { ArchitectureOptimizer = Given.NotNull(change)(o.ArchitectureOptimizer) });

    /// <summary>How a stored batch of a dataset becomes model input: augmentation and normalisation. A batch source makes its
    /// own.</summary>
    /// <param name="transform">For example <see cref="ImageAugmentation.Cifar10Search"/>.</param>
    public ArchitectureSearch Augmenting(IBatchTransform transform) => With(o => o with { Transform = Given.NotNull(transform) });

    /// <summary>How α becomes a genotype.</summary>
    /// <param name="derivation">For example <see cref="EdgeArgmax"/>.</param>
    public ArchitectureSearch Deriving(IDerivation derivation) => With(o => o with { Derivation = Given.NotNull(derivation) });

    /// <summary>Adds a penalty on α.</summary>
    /// <param name="penalty">For example <see cref="ZeroOneLoss"/>.</param>
    public ArchitectureSearch Penalizing(IPenalty penalty) =>
        With(o => o with { Penalties = [.. o.Penalties, Given.NotNull(penalty)] });

    /// <summary>Adds a rule that stops the search early, prunes candidates or begins a new stage.</summary>
    /// <param name="rule">For example <see cref="OperationLimit"/>.</param>
    public ArchitectureSearch Following(IEpochRule rule) => With(o => o with { EpochRules = [.. o.EpochRules, Given.NotNull(rule)] });

    /// <summary>Adds an observer.</summary>
    /// <param name="observer">Called at every step and epoch; an <see cref="ISearchObserver"/> sees the supernet and the batches.</param>
    public ArchitectureSearch ObservedBy(IRunObserver observer) =>
        With(o => o with { Observers = [.. o.Observers, Given.NotNull(observer)] });

    /// <summary>Length of the search.</summary>
    /// <param name="epochs">Passes over the weights' samples; in a search with stages, of each stage.</param>
    /// <param name="batchSize">Samples of a batch; the present number if null.</param>
    public ArchitectureSearch For(int epochs, int? batchSize = null) =>
        With(o => o with { Epochs = epochs, BatchSize = batchSize ?? o.BatchSize });

    /// <summary>Seed of everything random.</summary>
    /// <param name="seed">Any number.</param>
    public ArchitectureSearch WithSeed(long seed) => With(o => o with { Seed = seed });

    /// <summary>CPU threads of libtorch, for the whole process.</summary>
    /// <param name="threads">At least 1.</param>
    public ArchitectureSearch WithThreads(int threads) => With(o => o with { Threads = threads });

    /// <summary>Where the tensors live.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>.</param>
    public ArchitectureSearch OnDevice(string device) => With(o => o with { Device = Given.NotNull(device) });

    /// <summary>Floating type of weights and α.</summary>
    /// <param name="dataType">Float32 or, for tests of gradients, Float64.</param>
    public ArchitectureSearch InPrecision(ScalarType dataType) => With(o => o with { DataType = dataType });

    /// <summary>How the cells are computed.</summary>
    /// <param name="execution">For example <see cref="CellExecution.MergedWithRecomputation"/>, for less memory.</param>
    public ArchitectureSearch ComputingCells(CellExecution execution) => With(o => o with { Execution = execution });

    /// <summary>Saves options, epochs, checkpoints and the genotype into a new run folder.</summary>
    /// <param name="folder">A folder that does not hold a run.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints; the present number if null.</param>
    public ArchitectureSearch SavingTo(string folder, int? checkpointInterval = null) =>
        Saving(folder, resume: false, checkpointInterval);

    /// <summary>Resumes the run in a folder where it stopped, on the CPU bit for bit, and saves into it.</summary>
    /// <param name="folder">A folder that holds a run of the same space, data and options.</param>
    /// <param name="checkpointInterval">Epochs between checkpoints; the present number if null.</param>
    public ArchitectureSearch ResumingFrom(string folder, int? checkpointInterval = null) =>
        Saving(folder, resume: true, checkpointInterval);

    /// <summary>Logs with structured fields.</summary>
    /// <param name="factory">Makes the logger.</param>
    public ArchitectureSearch LoggingTo(ILoggerFactory factory) =>
        Changed(search => search.logger = Given.NotNull(factory).CreateLogger("SingleDarts.Search"));

    /// <summary>Reports progress after every step.</summary>
    /// <param name="progress">For example a progress bar.</param>
    public ArchitectureSearch ReportingTo(IProgress<RunProgress> progress) => Changed(search => search.progress = Given.NotNull(progress));

    /// <summary>Changes any option.</summary>
    /// <param name="change">For example <c>o => o with { Affine = true }</c>.</param>
    public ArchitectureSearch With(Func<SearchOptions, SearchOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Changed(search => search.Options = Given.Returned(change(search.Options), nameof(change)));
    }

    /// <summary>Validates the data and all options.</summary>
    /// <exception cref="InvalidRunException">An option is missing or invalid; the exception lists every fault.</exception>
    public Run<EpochReport, SearchResult> Build() => SearchRun.Create(space, data?.Invoke(Options), Options, logger, progress);

    /// <summary>Validates and runs the search to its end.</summary>
    /// <param name="cancellationToken">Ends the search after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunAsync" path="/*[not(self::summary or self::param)]"/>
    public Task<SearchResult> RunAsync(CancellationToken cancellationToken = default) => Build().RunAsync(cancellationToken);

    /// <summary>Validates and runs the search, epoch by epoch.</summary>
    /// <param name="cancellationToken">Ends the search after the step in progress, with a checkpoint.</param>
    /// <inheritdoc cref="Run{TReport, TResult}.RunEpochsAsync" path="/*[not(self::summary or self::param)]"/>
    public IAsyncEnumerable<EpochReport> RunEpochsAsync(CancellationToken cancellationToken = default) =>
        Build().RunEpochsAsync(cancellationToken);

    private ArchitectureSearch Saving(string folder, bool resume, int? checkpointInterval) => With(o => o with
    {
        OutputFolder = Given.NotNull(folder),
        Resume = resume,
        CheckpointInterval = checkpointInterval ?? o.CheckpointInterval,
    });

    private ArchitectureSearch Changed(Action<ArchitectureSearch> change)
    {
        var copy = (ArchitectureSearch)MemberwiseClone();
        change(copy);
        return copy;
    }
}
