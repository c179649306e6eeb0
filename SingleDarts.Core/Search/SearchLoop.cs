using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>The loop over epochs and steps. It knows schemes, relaxations and observers only by their interfaces.</summary>
internal sealed class SearchLoop : IDisposable
{
    private readonly SearchSpace space;
    private readonly SearchOptions options;
    private readonly ILogger logger;
    private readonly IProgress<SearchProgress>? progress;
    private readonly RandomStreams streams;
    private readonly Supernet supernet;
    private readonly ScheduledOptimizer weights, architecture;
    private readonly StepContext context;
    private readonly RunRandom random;
    private readonly SearchBatches batches;
    private readonly EpochMeter meter;
    private readonly SearchStorage? storage;
    private readonly List<EpochReport> reports = [];
    private int epoch, step;
    private string? stopReason;

    public SearchLoop(
        SearchSpace space, IBatchSource data, SearchOptions options, SearchStorage? storage, ILogger logger,
        IProgress<SearchProgress>? progress, bool partsDrawFromProcess = false)
    {
        (this.space, this.options, this.storage, this.logger, this.progress) = (space, options, storage, logger, progress);
        using var kept = new BuildScope();
        streams = new RandomStreams(options.Seed);
        Device device = Devices.Parse(options.Device);
        NativeMemory.KeepForReuse();
        if (device.type == DeviceType.CUDA)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = options.AllowTF32;
        supernet = new Supernet(space, options.Relaxation, new SupernetOptions
        {
            Seed = options.Seed,
            Device = device,
            DataType = options.DataType,
            Affine = options.Affine,
            TrackRunningStatistics = options.TrackRunningStatistics,
            Execution = options.Execution,
            ConvolutionType = options.ConvolutionType,
        });
        supernet.train();
        weights = new ScheduledOptimizer(options.WeightOptimizer, [.. supernet.Weights.Where(w => w.Parameter.requires_grad)], options.Epochs);
        architecture = new ScheduledOptimizer(options.ArchitectureOptimizer, supernet.Architecture.Named, options.Epochs);
        context = new StepContext(supernet, weights, architecture, options.Penalties);
        random = new RunRandom(supernet, streams, partsDrawFromProcess ? ["a relaxation, penalty or module of the search"] : [])
        {
            // What somebody else's scheme draws is not known.
            SeedsProcess = options.Scheme.GetType().Assembly != typeof(SearchLoop).Assembly,
        };
        if (random.DrawsFromProcess.Count > 0)
            SearchLog.Warning(logger, random.Warning);
        batches = new SearchBatches(data, SchemeChecks.Allocate(data, options), streams, device, options);
        meter = new EpochMeter(device);
        SearchLog.Started(logger, space.Name, options.Scheme.Name, options.Relaxation.Name, options.Device, data.Count,
            options.Epochs, batches.StepsPerEpoch, options.Seed);
        Resume();
    }

    public IEnumerable<EpochReport> Epochs(CancellationToken cancellationToken)
    {
        Notify(observer => observer.OnStarted(Moment));
        while (epoch < options.Epochs && !Stops())
            yield return RunEpoch(cancellationToken);
    }

    public SearchResult Complete()
    {
        Genotype genotype = reports[^1].Genotype;
        var result = new SearchResult(genotype, new CostModel(space).Of(genotype), reports, stopReason);
        storage?.WriteGenotype(result);
        SearchLog.Completed(logger, genotype.ToString(), result.Cost.Parameters, result.Cost.Flops);
        Notify(observer => observer.OnCompleted(result));
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        meter.Dispose();
        weights.Dispose();
        architecture.Dispose();
        supernet.Dispose();
    }

    private SearchMoment Moment => new(epoch, step, batches.StepsPerEpoch, context)
    {
        Folder = storage?.Folder,
        Random = random,
        DrawIndependentBatch = () => batches.Independent(epoch, step),
    };

    private EpochReport RunEpoch(CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        double before = meter.Seconds;
        while (step < batches.StepsPerEpoch)
        {
            if (cancellationToken.IsCancellationRequested)
                Interrupt(before + Stopwatch.GetElapsedTime(begun).TotalSeconds, cancellationToken);
            RunStep();
            NativeMemory.ReleaseGarbage();
            step++;
            // Elsewhere looking at the loss would wait for the device, so it is looked at once an epoch.
            if (supernet.Device.type == DeviceType.CPU)
                CheckFinite();
            progress?.Report(new SearchProgress(epoch + 1, options.Epochs, step, batches.StepsPerEpoch));
        }
        CheckFinite();
        meter.Seconds = before + Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return Finish();
    }

    private void RunStep()
    {
        using var scope = NewDisposeScope();
        double fraction = (double)step / batches.StepsPerEpoch;
        context.Progress = (epoch + fraction) / options.Epochs;
        supernet.MoveTo(context.Progress, epoch, step);
        weights.MoveTo(epoch, fraction);
        architecture.MoveTo(epoch, fraction);
        long begun = Stopwatch.GetTimestamp();
        (context.WeightBatch, context.ArchitectureBatch) = batches.Get(epoch, step);
        meter.DataSeconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Notify(observer => observer.OnStepStarting(Moment));
        StepOutcome outcome;
        using (random.Begin(epoch, step))
            outcome = SchemeChecks.Checked(options.Scheme, options.Scheme.Step(context));
        meter.Add(outcome, step);
        Notify(observer => observer.OnStep(Moment, outcome));
    }

    private EpochReport Finish()
    {
        var means = meter.Means();
        var snapshot = supernet.Snapshot();
        var report = new EpochReport
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            Genotype = space.Derive(options.Derivation ?? space.Derivation, snapshot),
            WeightLoss = means.WeightLoss,
            WeightAccuracy = means.WeightAccuracy,
            ArchitectureLoss = means.ArchitectureLoss,
            ArchitectureAccuracy = means.ArchitectureAccuracy,
            WeightLearningRate = weights.LearningRate,
            ArchitectureLearningRate = architecture.LearningRate,
            Architecture = snapshot,
            Seconds = meter.Seconds,
            DataSeconds = meter.DataSeconds,
        };
        reports.Add(report);
        Notify(observer => observer.OnEpoch(Moment, report));
        (epoch, step) = (epoch + 1, 0);
        meter.Reset();
        storage?.AppendEpoch(report);
        if (epoch % options.CheckpointInterval == 0 || epoch == options.Epochs)
            Save();
        SearchLog.Epoch(logger, report.Epoch, report.Epochs, report.WeightLoss, report.WeightAccuracy, report.ArchitectureLoss,
            report.Seconds, report.Genotype.ToString());
        return report;
    }

    private bool Stops()
    {
        if (reports.Count == 0)
            return false;
        stopReason = options.StoppingRules.Select(rule => rule.ReasonToStop(reports)).FirstOrDefault(reason => reason is not null);
        if (stopReason is null)
            return false;
        SearchLog.Stopped(logger, epoch, stopReason);
        Save();
        return true;
    }

    private void CheckFinite()
    {
        long at = meter.DivergedAt();
        string? what = at >= 0 ? "the loss" : supernet.Architecture.Named.Where(a => !AllFinite(a.Parameter))
            .Select(a => $"α of cell '{a.Name}'").FirstOrDefault();
        if (what is null)
            return;
        int where = (int)(at >= 0 ? at + 1 : step);
        SearchLog.Diverged(logger, epoch + 1, where, what);
        throw new SearchDivergedException(epoch + 1, where, what, storage?.CheckpointFolder);
    }

    private static bool AllFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return Host.Number<bool>(tensor.detach().isfinite().all());
    }

    private void Interrupt(double seconds, CancellationToken cancellationToken)
    {
        CheckFinite();
        meter.Seconds = seconds;
        Save();
        SearchLog.Cancelled(logger, epoch + 1, step, storage?.CheckpointFolder);
        throw new OperationCanceledException(
            $"The search was cancelled in epoch {epoch + 1} after step {step}." +
            (storage is null ? " Nothing was saved, because there is no run folder." : $" Resume it from {options.OutputFolder}."),
            cancellationToken);
    }

    private void Save() => storage?.SaveCheckpoint(epoch, step, supernet, weights, architecture, meter, Resumable);

    private IEnumerable<IResumableObserver> Resumable => options.Observers.OfType<IResumableObserver>();

    private void Resume()
    {
        if (storage is null || !options.Resume)
        {
            foreach (IResumableObserver observer in Resumable)
                observer.LoadState(new Dictionary<string, Tensor>());
            return;
        }
        (epoch, step) = storage.LoadCheckpoint(
            supernet, weights, architecture, meter, Resumable, warning => SearchLog.Warning(logger, warning));
        reports.AddRange(storage.ReadEpochs(epoch));
        SearchLog.Resumed(logger, epoch + 1, step, options.OutputFolder!);
    }

    /// <summary>Whatever observers draw, the search draws the same.</summary>
    private void Notify(Action<ISearchObserver> call)
    {
        if (options.Observers.Count == 0)
            return;
        using Tensor state = supernet.RelaxationGenerator.get_state().DetachFromDisposeScope();
        foreach (ISearchObserver observer in options.Observers)
            call(observer);
        supernet.RelaxationGenerator.set_state(state);
    }
}
