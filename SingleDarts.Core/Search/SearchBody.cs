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
        var streams = new RandomStreams(options.Seed);
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
        context = new StepContext(supernet, weights, architecture, options.Penalties);
        Random = new RunRandom(supernet, streams, partsDrawFromProcess ? ["a relaxation, penalty or module of the search"] : [])
        {
            // What somebody else's scheme draws is not known.
            SeedsProcess = options.Scheme.GetType().Assembly != typeof(SearchBody).Assembly,
        };
        Sums = new EpochSums(device, WeightLoss, WeightAccuracy, ArchitectureLoss, ArchitectureAccuracy);
        RunLog.SearchStarted(logger, space.Name, options.Scheme.Name, options.Relaxation.Name, options.Device, data.Count,
            options.Epochs, StepsPerEpoch, options.Seed);
    }

    public string Kind => SearchRun.Kind;

    public int StepsPerEpoch => batches.StepsPerEpoch;

    public RunRandom Random { get; }

    public EpochSums Sums { get; }

    public IEnumerable<(string Prefix, IResumable Part)> Parts =>
    [
        ("weights/", new SavedState(() => supernet.state_dict())), ("weight-optimizer/", weights),
        ("architecture-optimizer/", architecture),
    ];

    public IEnumerable<RunPart> UserParts => SearchRun.UserParts(space, options);

    public IEnumerable<(string Name, Tensor Value)> Moved =>
    [
        .. weights.Parameters.Select(w => ($"the weight '{w.Name}'", (Tensor)w.Parameter)),
        .. architecture.Parameters.Select(a => ($"α of cell '{a.Name}'", (Tensor)a.Parameter)),
    ];

    public RunMoment Moment(int epoch, int step) => new SearchMoment(epoch, step, StepsPerEpoch, context)
    {
        Outcome = outcome,
        Result = result,
        DrawIndependentBatch = () => batches.Independent(epoch, step),
    };

    public IDisposable KeepGenerators() => new KeptGenerator(supernet.RelaxationGenerator);

    public void Prepare(int epoch, int step)
    {
        double fraction = (double)step / StepsPerEpoch;
        outcome = null;
        var position = new EpochPosition(epoch, fraction, options.Epochs);
        context.Progress = position.Progress;
        supernet.MoveTo(position, step);
        weights.MoveTo(position, step);
        architecture.MoveTo(position, step);
        (context.WeightBatch, context.ArchitectureBatch) = batches.Get(epoch, step);
    }

    public void Step(int epoch, int step)
    {
        outcome = SchemeChecks.Checked(options.Scheme, options.Scheme.Step(context));
        var (w, a) = (outcome.Weights, outcome.Architecture);
        Sums.Add(step, (w.Loss.Times(w.Size), w.Size), (w.Correct, w.Size), (a.Loss.Times(a.Size), a.Size), (a.Correct, a.Size));
    }

    public EpochReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, double?> means = Sums.Means();
        var snapshot = supernet.Snapshot();
        return new EpochReport
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            Genotype = space.Derive(options.Derivation ?? space.Derivation, snapshot),
            WeightLoss = means[WeightLoss]!.Value,
            WeightAccuracy = means[WeightAccuracy]!.Value,
            ArchitectureLoss = means[ArchitectureLoss]!.Value,
            ArchitectureAccuracy = means[ArchitectureAccuracy]!.Value,
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
        Genotype genotype = reports[^1].Genotype;
        result = new SearchResult(genotype, new CostModel(space).Of(genotype), reports, stopReason);
        folder?.WriteText(RunFiles.Genotype, RunDocument.Genotype(result));
        RunLog.SearchCompleted(logger, genotype.ToString(), result.Cost.Parameters, result.Cost.Flops);
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        Sums.Dispose();
        weights.Dispose();
        architecture.Dispose();
        supernet.Dispose();
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        (data as DatasetSource)?.Dispose();
    }

    private sealed class KeptGenerator(Generator generator) : IDisposable
    {
        private readonly Tensor state = generator.get_state().DetachFromDisposeScope();

        public void Dispose()
        {
            generator.set_state(state);
            state.Dispose();
        }
    }
}
