using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
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
    private readonly string[] othersDraw;
    private readonly IBatchSource data;
    private readonly SearchBatches batches;
    private readonly SearchCourse course;
    private SearchStage stage;
    private StepOutcome? outcome;
    private SearchResult? result;

    public SearchBody(
        SearchSpace space, IBatchSource data, SearchOptions options, ILogger logger, bool partsDrawFromProcess = false)
    {
        this.space = space;
        this.data = data;
        this.options = options;
        this.logger = logger;
        othersDraw = partsDrawFromProcess ? ["a relaxation, penalty or module of the search"] : [];
        using var kept = new BuildScope();
        Device device = Devices.Parse(options.Device);
        batches = new SearchBatches(
            data, SchemeChecks.Allocate(data, options), new RandomStreams(options.Seed), device, options);
        course = new SearchCourse(space, options);
        stage = new SearchStage(space, course.Stage, options, othersDraw);
        Sums = new EpochSums(device, WeightLoss, WeightAccuracy, ArchitectureLoss, ArchitectureAccuracy);
        RunLog.SearchStarted(logger, space.Name, options.Scheme.Name, options.Relaxation.Name, options.Device, data.Count,
            options.Epochs, StepsPerEpoch, options.Seed);
    }

    public string Kind => SearchRun.Kind;

    public int Epochs => course.Epochs;

    public int StepsPerEpoch => batches.StepsPerEpoch;

    public int Stage => course.Stage;

    public RunRandom Random => stage.Random;

    public EpochSums Sums { get; }

    public IEnumerable<(string Prefix, IResumable Part)> Parts => stage.Parts;

    public IEnumerable<RunPart> UserParts => SearchRun.UserParts(space, options);

    public IEnumerable<(string Name, Tensor Value)> Moved => stage.Moved;

    public RunMoment Moment(int epoch, int step) => new SearchMoment(epoch, step, StepsPerEpoch, stage.Context)
    {
        Stage = course.Stage,
        Position = Position(epoch, step),
        Outcome = outcome,
        Result = result,
        DrawIndependentBatch = () => batches.Independent(epoch, step),
    };

    public IDisposable KeepGenerators() => new KeptGenerator(stage.Supernet.RelaxationGenerator);

    public void Prepare(int epoch, int step)
    {
        outcome = null;
        stage.MoveTo(Position(epoch, step), step);
        (stage.Context.WeightBatch, stage.Context.ArchitectureBatch) = batches.Get(epoch, step);
    }

    public void Step(int epoch, int step)
    {
        outcome = SchemeChecks.Checked(options.Scheme, options.Scheme.Step(stage.Context));
        var (w, a) = (outcome.Weights, outcome.Architecture);
        Sums.Add(step, (w.Loss.Times(w.Size), w.Size), (w.Correct, w.Size), (a.Loss.Times(a.Size), a.Size), (a.Correct, a.Size));
    }

    public EpochReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, double?> means = Sums.Means();
        var snapshot = stage.Supernet.Snapshot();
        return new EpochReport
        {
            Epoch = epoch + 1,
            Epochs = course.Epochs,
            Stage = course.Stage,
            Genotype = course.Space.Derive(options.Derivation ?? space.Derivation, snapshot),
            WeightLoss = means[WeightLoss]!.Value,
            WeightAccuracy = means[WeightAccuracy]!.Value,
            ArchitectureLoss = means[ArchitectureLoss]!.Value,
            ArchitectureAccuracy = means[ArchitectureAccuracy]!.Value,
            WeightLearningRate = stage.Context.WeightOptimizer.LearningRate,
            ArchitectureLearningRate = stage.Context.ArchitectureOptimizer.LearningRate,
            Architecture = snapshot,
            Seconds = times.Steps,
            DataSeconds = times.Data,
        };
    }

    public RunStop? Decide(IReadOnlyList<EpochReport> reports)
    {
        EpochDecision decision = course.Decide(reports);
        if (decision.StopReason is { } reason)
            return new RunStop(reason, decision.Epoch ?? reports.Count);
        int before = course.Stage;
        course.Follow(decision);
        if (course.Stage != before)
            BeginStage(reports.Count);
        else if (decision.Space is not null)
            Prune(reports.Count);
        return null;
    }

    public void Replay(IReadOnlyList<EpochReport> reports, bool isStopped)
    {
        foreach (var (_, rule) in RunPart.Resumable(UserParts.Where(part => part.Role == SearchRun.EpochRules)))
            rule.LoadState(new Dictionary<string, Tensor>());
        course.Replay(reports, isStopped);
        if (course.Stage > 1)
            BeginStage(reports.Count);
        if (course.Space != course.StageSpace)
            Prune(reports.Count);
    }

    public void Log(EpochReport report) => RunLog.SearchEpoch(
        logger, report.Epoch, report.Epochs, report.WeightLoss, report.WeightAccuracy, report.ArchitectureLoss, report.Seconds,
        report.Genotype.ToString());

    public SearchResult Complete(IReadOnlyList<EpochReport> reports, RunStop? stop, RunFolder? folder)
    {
        int epoch = stop?.ResultEpoch ?? reports.Count;
        Genotype genotype = reports[epoch - 1].Genotype;
        ModuleCost cost = new CostModel(course.NetworkSpace(epoch)).Of(genotype);
        result = new SearchResult(genotype, cost, reports, stop?.Reason) { GenotypeEpoch = epoch };
        folder?.WriteText(RunFiles.Genotype, RunDocument.Genotype(result));
        RunLog.SearchCompleted(logger, genotype.ToString(), result.Cost.Parameters, result.Cost.Flops);
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        Sums.Dispose();
        stage.Dispose();
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        (data as DatasetSource)?.Dispose();
    }

    private EpochPosition Position(int epoch, int step) => course.PositionAt(epoch, (double)step / StepsPerEpoch);

    private void BeginStage(int epochs)
    {
        stage.Dispose();
        stage = new SearchStage(course.StageSpace, course.Stage, options, othersDraw);
        batches.Epochs = course.Epochs;
        RunLog.StageStarted(logger, course.Stage, epochs, course.StageSpace.ToString());
    }

    private void Prune(int epochs)
    {
        stage.Supernet.Restrict(course.Space);
        RunLog.Pruned(logger, epochs, course.Space.ToString());
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
