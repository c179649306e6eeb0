using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>What each stage of a search makes: supernet with α, optimisers, and what steps work with.</summary>
internal sealed class SearchStage : IDisposable
{
    private readonly ScheduledOptimizer weights, architecture;
    private readonly bool isSchemeOwn;
    private bool isDisposed;

    /// <summary>Builds the supernet and its optimisers.</summary>
    /// <param name="space">The space of the stage.</param>
    /// <param name="number">Number of the stage, counted from 1.</param>
    /// <param name="options">The search.</param>
    /// <param name="batches">Batches of the run.</param>
    /// <param name="othersDraw">Parts that may draw from the process's generator, besides modules of the network.</param>
    public SearchStage(SearchSpace space, int number, SearchOptions options, SearchBatches batches, string[] othersDraw)
    {
        using var kept = new BuildScope();
        var streams = new RandomStreams(options.Seed);
        Supernet = new Supernet(space, options.Relaxation, new SupernetOptions
        {
            Seed = number == 1 ? options.Seed : streams.Derive("stage", number),
            Device = Devices.Parse(options.Device),
            DataType = options.DataType,
            Affine = options.Affine,
            TrackRunningStatistics = options.TrackRunningStatistics,
            Execution = options.Execution,
            ConvolutionType = options.ConvolutionType,
            EdgeDecorators = options.EdgeDecorators,
        });
        Supernet.train();
        weights = new ScheduledOptimizer(
            options.WeightOptimizer, [.. Supernet.Weights.Where(w => w.Parameter.requires_grad)]);
        architecture = new ScheduledOptimizer(options.ArchitectureOptimizer, Supernet.Architecture.Named);
        Context = new StepContext(Supernet, weights, architecture, options.Penalties, options.Loss)
        {
            Position = new EpochPosition(0, 0, options.Epochs) { Stage = number - 1 },
            WeightSteps = batches.StepsPerEpoch,
            EvaluationBatches = batches.Evaluation,
        };
        Scheme = Begin(options.Scheme, streams.Derive("scheme begin", number), Context);
        (Context.PrecedingSteps, Context.StepsPerEpoch) = SchemeChecks.Steps(Scheme, batches.StepsPerEpoch);
        isSchemeOwn = !ReferenceEquals(Scheme, options.Scheme);
        Random = new RunRandom(Supernet, streams, othersDraw)
        {
            // What somebody else's scheme draws is not known.
            SeedsProcess = UserPart.IsForeign(options.Scheme),
        };
    }

    public Supernet Supernet { get; }

    public StepContext Context { get; }

    /// <summary>The scheme of this stage.</summary>
    public IOptimizationScheme Scheme { get; }

    public RunRandom Random { get; }

    /// <summary>Prefixes and parts of a checkpoint.</summary>
    public IEnumerable<(string Prefix, IResumable Part)> Parts =>
    [
        ("weights/", new SavedState(() => Supernet.state_dict())), ("weight-optimizer/", weights),
        ("architecture-optimizer/", architecture),
    ];

    /// <summary>What must stay finite.</summary>
    public IEnumerable<(string Name, Tensor Value)> Moved =>
    [
        .. weights.Parameters.Select(w => ($"the weight '{w.Name}'", (Tensor)w.Parameter)),
        .. architecture.Parameters.Select(a => ($"α of cell '{a.Name}'", (Tensor)a.Parameter)),
    ];

    /// <summary>Sets everything that moves with the epoch.</summary>
    /// <param name="position">The moment within the stage.</param>
    /// <param name="step">Step within the epoch, counted from 0.</param>
    public void MoveTo(EpochPosition position, int step)
    {
        Context.Position = position;
        Supernet.MoveTo(position, step);
        weights.MoveTo(position, step);
        architecture.MoveTo(position, step);
    }

    /// <summary>Takes candidates away; their α stands still.</summary>
    /// <param name="space">The present space with fewer candidates.</param>
    public void Prune(SearchSpace space)
    {
        Supernet.Restrict(space);
        using var scope = NewDisposeScope();
        architecture.Forget(name => Supernet.Architecture.AllowedMask(name));
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        // What the scheme made for this stage; the described one is the caller's.
        if (isSchemeOwn)
            (Scheme as IDisposable)?.Dispose();
        Context.Generator.Dispose();
        weights.Dispose();
        architecture.Dispose();
        Supernet.Dispose();
    }

    private static IOptimizationScheme Begin(IOptimizationScheme scheme, long seed, StepContext context)
    {
        context.Generator.manual_seed(seed);
        using var random = new RunRandom.Draw(seed, borrows: UserPart.IsForeign(scheme));
        return UserPart.Call(scheme, () => $"Begin of the scheme '{scheme.Name}'", () => scheme.Begin(context)) ??
            throw new InvalidRunException(SearchRun.Kind,
            [$"Begin of the scheme '{scheme.Name}' gives null; return the scheme of this run, by default this."]);
    }
}
