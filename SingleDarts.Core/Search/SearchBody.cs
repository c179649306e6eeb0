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
    private readonly RandomStreams streams;
    private readonly EpochStates states = new();
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
        streams = new RandomStreams(options.Seed);
        using var kept = new BuildScope();
        Device device = Devices.Parse(options.Device);
        batches = new SearchBatches(data, SchemeChecks.Allocate(data, options), streams, device, options);
        course = new SearchCourse(space, options);
        stage = new SearchStage(space, course.Stage, options, batches, othersDraw);
        Builds = 1;
        Sums = new EpochSums(device, WeightLoss, WeightAccuracy, ArchitectureLoss, ArchitectureAccuracy);
        RunLog.SearchStarted(logger, space.Name, options.Scheme.Name, options.Relaxation.Name, options.Device, data.Count,
            options.Epochs, StepsPerEpoch, options.Seed);
    }

    public string Kind => SearchRun.Kind;

    public int Epochs => course.Epochs;

    public int StepsPerEpoch => stage.Context.StepsPerEpoch;

    public int Builds { get; private set; }

    public string? Note => course.Note;

    public RunRandom Random => stage.Random;

    public EpochSums Sums { get; }

    public IEnumerable<(string Prefix, IResumable Part)> Parts => [.. stage.Parts, ("kept/", states)];

    public IEnumerable<RunPart> UserParts => SearchRun.UserParts(space, course.Options, stage.Scheme);

    public IEnumerable<(string Name, Tensor Value)> Moved => stage.Moved;

    public RunMoment Moment(int epoch, int step) => new SearchMoment(epoch, step, StepsPerEpoch, stage.Context)
    {
        PrecedingSteps = stage.Context.PrecedingSteps,
        Stage = course.Stage,
        Position = Position(epoch, step),
        WeightSteps = batches.StepsPerEpoch,
        Outcome = outcome,
        Result = result,
        DrawIndependentBatch = () => batches.Independent(epoch, step - stage.Context.PrecedingSteps),
    };

    public IDisposable KeepGenerators() => new KeptGenerators([stage.Supernet.RelaxationGenerator, stage.Context.Generator]);

    public void Prepare(int epoch, int step)
    {
        outcome = null;
        stage.MoveTo(Position(epoch, step), step);
        Enter(epoch, step);
        int weightStep = step - stage.Context.PrecedingSteps;
        if (weightStep >= 0 && weightStep < batches.StepsPerEpoch)
            (stage.Context.WeightBatch, stage.Context.ArchitectureBatch) = batches.Get(epoch, weightStep);
    }

    public void Step(int epoch, int step)
    {
        outcome = SchemeChecks.Checked(stage.Scheme, UserPart.Call(stage.Scheme,
            () => $"A step of the scheme '{stage.Scheme.Name}' (epoch {epoch + 1}, step {step + 1})",
            () => stage.Scheme.Step(stage.Context)));
        Sums.Add(step, [.. Terms(outcome.Weights), .. Terms(outcome.Architecture)]);
    }

    public EpochReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, double?> means = Sums.Means();
        Dictionary<string, double> measured = Measure(epoch);
        using IDisposable random = Random.Begin(epoch, StepsPerEpoch);
        Enter(epoch, StepsPerEpoch);
        UserPart.Call(stage.Scheme, () => $"EndEpoch of the scheme '{stage.Scheme.Name}' (epoch {epoch + 1})",
            () => stage.Scheme.EndEpoch(stage.Context));
        var snapshot = stage.Supernet.Snapshot();
        return new EpochReport
        {
            Epoch = epoch + 1,
            Epochs = course.Epochs,
            Stage = course.Stage,
            Candidates = course.Space.CandidateCount,
            Feedback = course.Feedback,
            Genotype = Derive(snapshot, epoch, isFinal: false),
            WeightLoss = means[WeightLoss] ?? double.NaN,
            WeightAccuracy = means[WeightAccuracy] ?? double.NaN,
            ArchitectureLoss = means[ArchitectureLoss] ?? means[WeightLoss] ?? double.NaN,
            ArchitectureAccuracy = means[ArchitectureAccuracy] ?? means[WeightAccuracy] ?? double.NaN,
            WeightLearningRate = stage.Context.WeightOptimizer.LearningRate,
            ArchitectureLearningRate = stage.Context.ArchitectureOptimizer.LearningRate,
            Measured = measured.Count > 0 ? measured : null,
            Follows = course.Follows,
            Architecture = snapshot,
            Seconds = times.Steps,
            DataSeconds = times.Data,
        };
    }

    public RunStop? Decide(IReadOnlyList<EpochReport> reports)
    {
        EpochDecision decision = course.Decide(reports);
        if (decision.StopReason is { } reason)
        {
            course.Follow(decision);
            if (decision.Space is not null)
                Prune(reports.Count);
            return new RunStop(reason, decision.Epoch ?? reports.Count);
        }
        Keep(reports.Count);
        int before = course.Stage;
        course.Follow(decision);
        if (course.Stage != before)
            BeginStage(reports.Count);
        else if (decision.ReturnEpoch is { } epoch)
            Return(epoch, reports.Count);
        else if (decision.Space is not null)
            Prune(reports.Count);
        Keep(reports.Count);
        return null;
    }

    public void Replay(IReadOnlyList<EpochReport> reports, bool isStopped)
    {
        foreach (var (_, rule) in RunPart.Resumable(UserParts.Where(part => part.Role == SearchRun.EpochRules)))
            rule.LoadState(new Dictionary<string, Tensor>());
        course.Replay(reports, isStopped);
        if (course.Stage > 1 || course.Options != options)
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
        Genotype genotype = epoch == reports.Count ? Result(reports[^1]) : reports[epoch - 1].Genotype;
        ModuleCost cost = genotype.Cells.Values.Any(cell => cell.IsEmpty)
            ? new ModuleCost(0, 0, 0) : new CostModel(course.NetworkSpace(epoch)).Of(genotype);
        result = new SearchResult(genotype, cost, reports, stop?.Reason) { GenotypeEpoch = epoch };
        folder?.WriteText(RunFiles.Genotype, RunDocument.Genotype(result));
        RunLog.SearchCompleted(logger, genotype.ToString(), result.Cost.Parameters, result.Cost.Flops);
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        states.Dispose();
        Sums.Dispose();
        stage.Dispose();
        // A dataset that the run put on the device is released at its end; a source is the caller's.
        (data as DatasetSource)?.Dispose();
    }

    private EpochPosition Position(int epoch, int step) => course.PositionAt(epoch, (double)step / StepsPerEpoch);

    /// <summary>What a return puts back: everything but rules, which see the return, and observers.</summary>
    private IEnumerable<(string Prefix, IResumable Part)> Returning => [.. stage.Parts, .. RunPart.Resumable(
        UserParts.Where(part => part.Role is not (SearchRun.EpochRules or RunPart.ObserverRole)))];

    private void Keep(int epochs) => states.Keep(course.Kept, epochs, Returning);

    private void Return(int epoch, int epochs)
    {
        BuildStage();
        if (course.Space != course.StageSpace)
            Prune(epochs);
        states.Restore(epoch, Returning);
        RunLog.Returned(logger, epochs, epoch);
    }

    /// <summary>What the rules measure of an epoch, by their names, with the batches of its last step.</summary>
    private Dictionary<string, double> Measure(int epoch)
    {
        var measured = new Dictionary<string, double>();
        if (options.EpochRules.Count == 0)
            return measured;
        using IDisposable kept = KeepGenerators();
        (stage.Context.WeightBatch, stage.Context.ArchitectureBatch) = batches.Get(epoch, batches.StepsPerEpoch - 1);
        var moment = (SearchMoment)Moment(epoch, StepsPerEpoch) with { Random = Random };
        foreach (IEpochRule rule in options.EpochRules)
            if (UserPart.Call(rule, () => $"Measure of the rule '{rule.Name}' (epoch {epoch + 1})",
                () => rule.Measure(moment)) is { } found)
                measured[rule.Name] = found;
        Enter(epoch, StepsPerEpoch);
        return measured;
    }

    private void BuildStage()
    {
        stage.Dispose();
        stage = new SearchStage(course.StageSpace, course.Stage, course.Options, batches, othersDraw);
        batches.Epochs = course.Epochs;
        Builds++;
    }

    private void BeginStage(int epochs)
    {
        BuildStage();
        RunLog.StageStarted(logger, course.Stage, epochs, course.StageSpace.ToString());
    }

    private void Prune(int epochs)
    {
        stage.Prune(course.Space);
        RunLog.Pruned(logger, epochs, course.Space.ToString());
    }

    /// <summary>The context without batches at a step.</summary>
    private void Enter(int epoch, int step)
    {
        stage.Context.Step = step;
        stage.Context.Generator.manual_seed(streams.Derive("scheme", epoch, step));
        stage.Context.WeightBatch = stage.Context.ArchitectureBatch = null!;
    }

    /// <summary>Derived once more, with the supernet as the last step left it, also if the run is resumed at its end.</summary>
    private Genotype Result(EpochReport last)
    {
        int epoch = last.Epoch - 1, step = StepsPerEpoch - 1;
        stage.MoveTo(Position(epoch, step), step);
        using IDisposable random = Random.Begin(epoch, StepsPerEpoch + 1);
        return Derive(last.Architecture, epoch, isFinal: true);
    }

    private Genotype Derive(IReadOnlyDictionary<string, CellSnapshot> snapshot, int epoch, bool isFinal) =>
        new SearchDerivation(options.Derivation ?? space.Derivation, stage.Scheme, stage.Context, streams, batches.EvaluationBatchesPerPass)
            .Derive(snapshot, epoch + (isFinal ? 1 : 0), isFinal);

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
