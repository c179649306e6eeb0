using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>What is particular to a search. It knows schemes, relaxations and rules only by their interfaces.</summary>
internal sealed class SearchBody : IRunBody<EpochReport, SearchResult>
{
    private const string WeightLoss = "weight loss", WeightAccuracy = "weight accuracy";
    private const string ArchitectureLoss = "architecture loss", ArchitectureAccuracy = "architecture accuracy";
    private readonly SearchSpace space;
    private readonly SearchOptions options;
    private readonly ILogger logger;
    private readonly Supernet supernet;
    private readonly ScheduledOptimizer weights, architecture;
    private readonly StepContext context;
    private readonly IBatchSource data;
    private readonly SearchBatches batches;
    private readonly IOptimizationScheme scheme;
    private readonly SearchDerivation derivation;
    private readonly RandomStreams streams;
    private StepOutcome? outcome;
    private SearchResult? result;

    public SearchBody(
        SearchSpace space, IBatchSource data, SearchOptions options, ILogger logger, bool partsDrawFromProcess = false)
    {
        this.space = space;
        this.data = data;
        this.options = options;
        this.logger = logger;
        using var kept = new BuildScope();
        streams = new RandomStreams(options.Seed);
        Device device = Devices.Parse(options.Device);
        batches = new SearchBatches(data, SchemeChecks.Allocate(data, options), streams, device, options);
        supernet = new Supernet(space, options.Relaxation, new SupernetOptions
        {
            Seed = options.Seed,
            Device = device,
            DataType = options.DataType,
            Affine = options.Affine,
            TrackRunningStatistics = options.TrackRunningStatistics,
            Execution = options.Execution,
            ConvolutionType = options.ConvolutionType,
            EdgeDecorators = options.EdgeDecorators,
        });
        supernet.train();
        weights = new ScheduledOptimizer(
            options.WeightOptimizer, [.. supernet.Weights.Where(w => w.Parameter.requires_grad)]);
        architecture = new ScheduledOptimizer(options.ArchitectureOptimizer, supernet.Architecture.Named);
        context = new StepContext(supernet, weights, architecture, options.Penalties, options.Loss)
        {
            Position = new EpochPosition(0, 0, options.Epochs),
            WeightSteps = batches.StepsPerEpoch,
            EvaluationBatches = batches.Evaluation,
        };
        scheme = Begin();
        StepsPerEpoch = context.StepsPerEpoch = SchemeChecks.Steps(scheme, batches.StepsPerEpoch);
        derivation = new SearchDerivation(options.Derivation ?? space.Derivation, scheme, context, streams);
        Random = new RunRandom(supernet, streams, partsDrawFromProcess ? ["a relaxation, penalty or module of the search"] : [])
        {
            // What somebody else's scheme draws is not known.
            SeedsProcess = IsForeign(options.Scheme),
        };
        Sums = new EpochSums(device, WeightLoss, WeightAccuracy, ArchitectureLoss, ArchitectureAccuracy);
        RunLog.SearchStarted(logger, space.Name, options.Scheme.Name, options.Relaxation.Name, options.Device, data.Count,
            options.Epochs, StepsPerEpoch, options.Seed);
    }

    public string Kind => SearchRun.Kind;

    public int StepsPerEpoch { get; }

    public RunRandom Random { get; }

    public EpochSums Sums { get; }

    public IEnumerable<(string Prefix, IResumable Part)> Parts =>
    [
        ("weights/", new SavedState(() => supernet.state_dict())), ("weight-optimizer/", weights),
        ("architecture-optimizer/", architecture),
    ];

    public IEnumerable<RunPart> UserParts => SearchRun.UserParts(space, options, scheme);

    public IEnumerable<(string Name, Tensor Value)> Moved =>
    [
        .. weights.Parameters.Select(w => ($"the weight '{w.Name}'", (Tensor)w.Parameter)),
        .. architecture.Parameters.Select(a => ($"α of cell '{a.Name}'", (Tensor)a.Parameter)),
    ];

    public RunMoment Moment(int epoch, int step) => new SearchMoment(epoch, step, StepsPerEpoch, context)
    {
        Outcome = outcome,
        Result = result,
        WeightSteps = batches.StepsPerEpoch,
        DrawIndependentBatch = () => batches.Independent(epoch, step),
    };

    public IDisposable KeepGenerators() => new KeptGenerators([supernet.RelaxationGenerator, context.Generator]);

    public void Prepare(int epoch, int step)
    {
        outcome = null;
        EpochPosition position = MoveTo(epoch, step);
        supernet.MoveTo(position, step);
        weights.MoveTo(position, step);
        architecture.MoveTo(position, step);
        if (step < batches.StepsPerEpoch)
            (context.WeightBatch, context.ArchitectureBatch) = batches.Get(epoch, step);
    }

    public void Step(int epoch, int step)
    {
        outcome = SchemeChecks.Checked(scheme, scheme.Step(context));
        Sums.Add(step, [.. Terms(outcome.Weights), .. Terms(outcome.Architecture)]);
    }

    public EpochReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, double?> means = Sums.Means();
        EpochPosition last = context.Position;
        using IDisposable random = Random.Begin(epoch, StepsPerEpoch);
        MoveTo(epoch, StepsPerEpoch, last);
        scheme.EndEpoch(context);
        var snapshot = supernet.Snapshot();
        return new EpochReport
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            Genotype = derivation.Derive(snapshot, last, isFinal: false),
            WeightLoss = means[WeightLoss] ?? double.NaN,
            WeightAccuracy = means[WeightAccuracy] ?? double.NaN,
            ArchitectureLoss = means[ArchitectureLoss] ?? means[WeightLoss] ?? double.NaN,
            ArchitectureAccuracy = means[ArchitectureAccuracy] ?? means[WeightAccuracy] ?? double.NaN,
            WeightLearningRate = weights.LearningRate,
            ArchitectureLearningRate = architecture.LearningRate,
            Architecture = snapshot,
            Seconds = times.Steps,
            DataSeconds = times.Data,
        };
    }

    public string? ReasonToStop(IReadOnlyList<EpochReport> reports)
    {
        // Every rule is asked, because a rule may count its epochs.
        string?[] reasons = [.. options.StoppingRules.Select(rule => rule.ReasonToStop(reports))];
        return reasons.FirstOrDefault(reason => reason is not null);
    }

    public void Log(EpochReport report) => RunLog.SearchEpoch(
        logger, report.Epoch, report.Epochs, report.WeightLoss, report.WeightAccuracy, report.ArchitectureLoss, report.Seconds,
        report.Genotype.ToString());

    public SearchResult Complete(IReadOnlyList<EpochReport> reports, string? stopReason, RunFolder? folder)
    {
        Genotype genotype = Result(reports[^1]);
        result = new SearchResult(genotype, new CostModel(space).Of(genotype), reports, stopReason);
        folder?.WriteText(RunFiles.Genotype, RunDocument.Genotype(result));
        RunLog.SearchCompleted(logger, genotype.ToString(), result.Cost.Parameters, result.Cost.Flops);
        return result;
    }

    public void Dispose()
    {
        // What the scheme made for this run; the described one is the caller's.
        if (scheme != options.Scheme)
            (scheme as IDisposable)?.Dispose();
        batches.Dispose();
        Sums.Dispose();
        context.Generator.Dispose();
        weights.Dispose();
        architecture.Dispose();
        supernet.Dispose();
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        (data as DatasetSource)?.Dispose();
    }

    /// <summary>Derived once more, with the supernet as the last step left it, also if the run is resumed at its end.</summary>
    private Genotype Result(EpochReport last)
    {
        int epoch = last.Epoch - 1;
        EpochPosition position = MoveTo(epoch, StepsPerEpoch - 1);
        supernet.MoveTo(position, StepsPerEpoch - 1);
        using IDisposable random = Random.Begin(epoch, StepsPerEpoch + 1);
        return derivation.Derive(last.Architecture, position, isFinal: true);
    }

    private IOptimizationScheme Begin()
    {
        context.Generator.manual_seed(streams.Derive("scheme begin"));
        using var random = new RunRandom.Draw(streams.Derive("scheme begin"), borrows: IsForeign(options.Scheme));
        return options.Scheme.Begin(context) ?? throw new InvalidRunException(SearchRun.Kind,
            [$"Begin of the scheme '{options.Scheme.Name}' gives null; return the scheme of this run, by default this."]);
    }

    private static bool IsForeign(object part) => part.GetType().Assembly != typeof(SearchBody).Assembly;

    private EpochPosition MoveTo(int epoch, int step) =>
        MoveTo(epoch, step, new EpochPosition(epoch, (double)step / StepsPerEpoch, options.Epochs));

    /// <summary>The context without batches at a step.</summary>
    private EpochPosition MoveTo(int epoch, int step, EpochPosition position)
    {
        context.Position = position;
        context.Step = step;
        context.Generator.manual_seed(streams.Derive("scheme", epoch, step));
        context.WeightBatch = context.ArchitectureBatch = null!;
        return position;
    }

    private static (Tensor? Sum, long Samples)[] Terms(BatchOutcome? of) =>
        of is null ? [(null, 0), (null, 0)] : [(of.Loss.Times(of.Size), of.Size), (of.Correct, of.Size)];

    private sealed class KeptGenerators(Generator[] generators) : IDisposable
    {
        private readonly Tensor[] states = [.. generators.Select(generator => generator.get_state().DetachFromDisposeScope())];

        public void Dispose()
        {
            foreach (var (generator, state) in generators.Zip(states))
            {
                generator.set_state(state);
                state.Dispose();
            }
        }
    }
}
