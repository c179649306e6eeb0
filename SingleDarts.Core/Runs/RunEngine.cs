using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// What a search and a training repeat: epochs and steps, times, cancellation, divergence, checkpoints, resume, progress, observers.
/// </summary>
internal sealed class RunEngine<TReport, TResult> where TReport : RunReport
{
    /// <summary>On a device, looking at the loss waits for it.</summary>
    private const int StepsBetweenLooks = 100;

    private readonly IRunBody<TReport, TResult> body;
    private readonly RunOptions options;
    private readonly RunStorage? storage;
    private readonly ILogger logger;
    private readonly IProgress<RunProgress>? progress;
    private readonly bool isOnHost;
    private readonly EpochTimes times = new();
    private readonly List<TReport> reports = [];
    private int epoch, step;
    private RunStop? stop;

    /// <summary>Begins or resumes a run.</summary>
    public RunEngine(
        IRunBody<TReport, TResult> body, RunOptions options, RunStorage? storage, ILogger logger, IProgress<RunProgress>? progress)
    {
        this.body = body;
        this.options = options;
        this.storage = storage;
        this.logger = logger;
        this.progress = progress;
        isOnHost = Devices.Parse(options.Device).type == DeviceType.CPU;
        if (body.Random.DrawsFromProcess.Count > 0)
            RunLog.Warning(logger, body.Random.Warning);
        Begin();
    }

    public IEnumerable<TReport> Epochs(CancellationToken cancellationToken)
    {
        Notify((observer, moment) => observer.OnStarted(moment));
        while (epoch < body.Epochs && stop is null)
            yield return RunEpoch(cancellationToken);
    }

    public TResult Complete()
    {
        TResult result = body.Complete(reports, stop, storage?.Folder);
        Notify((observer, moment) => observer.OnCompleted(moment));
        return result;
    }

    private IEnumerable<(string Prefix, IResumable Part)> UserParts => RunPart.Resumable(body.UserParts);

    private IEnumerable<(string Prefix, IResumable Part)> AllParts =>
        [.. body.Parts, ("epoch/", body.Sums), ("epoch/", times), .. UserParts];

    private void Begin()
    {
        if (storage is not null && options.Resume &&
            storage.Restore<TReport>(Replayed, warning => RunLog.Warning(logger, Quoted.Escape(warning))) is { } place)
        {
            epoch = place.Epoch;
            step = place.Step;
            stop = place.Stop;
            RunLog.Resumed(logger, epoch + 1, step, options.OutputFolder!);
            return;
        }
        foreach (var (prefix, part) in UserParts)
            UserPart.Call(part, () => $"LoadState of '{prefix}' without a state", () => part.LoadState(new Dictionary<string, Tensor>()));
        Save();
    }

    /// <summary>The parts of a run at a place, whose stage is built.</summary>
    private IEnumerable<(string Prefix, IResumable Part)> Replayed(CheckpointPlace place, IReadOnlyList<TReport> saved)
    {
        reports.AddRange(saved);
        body.Replay(reports, place.Stop is not null);
        return AllParts;
    }

    private TReport RunEpoch(CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        double before = times.Steps;
        while (step < body.StepsPerEpoch)
        {
            if (cancellationToken.IsCancellationRequested)
                Interrupt(cancellationToken);
            RunStep();
            NativeMemory.ReleaseGarbage();
            step++;
            times.Steps = before + Stopwatch.GetElapsedTime(begun).TotalSeconds;
            if (isOnHost || step % StepsBetweenLooks == 0)
                CheckLoss();
            progress?.Report(new RunProgress(epoch + 1, body.Epochs, step, body.StepsPerEpoch) { Note = body.Note });
        }
        CheckFinite();
        TReport report = Report(cancellationToken);
        Finish(report);
        return report;
    }

    private void RunStep()
    {
        using var scope = NewDisposeScope();
        long begun = Stopwatch.GetTimestamp();
        body.Prepare(epoch, step);
        times.Data += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Notify((observer, moment) => observer.OnStepStarting(moment));
        using (body.Random.Begin(epoch, step))
            body.Step(epoch, step);
        Notify((observer, moment) => observer.OnStep(moment));
    }

    private TReport Report(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        try
        {
            return body.EndEpoch(epoch, times, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Interrupt(cancellationToken);
            throw;
        }
    }

    private void Finish(TReport report)
    {
        reports.Add(report);
        Notify((observer, moment) => observer.OnEpoch(moment, report));
        epoch++;
        step = 0;
        body.Sums.Reset();
        times.Reset();
        int builds = body.Builds;
        stop = body.Decide(reports);
        bool isRebuilt = body.Builds != builds;
        storage?.AppendEpoch(report);
        if (isRebuilt)
            Notify((observer, moment) => observer.OnStageStarted(moment));
        if (epoch % options.CheckpointInterval == 0 || epoch == body.Epochs || stop is not null || isRebuilt)
            Save();
        body.Log(report);
        if (stop is not null)
            RunLog.Stopped(logger, epoch, Quoted.Escape(stop.Reason));
    }

    private void CheckLoss()
    {
        long at = body.Sums.DivergedAt();
        if (at >= 0)
            Diverge((int)at + 1, "the loss");
    }

    /// <summary>The last step can spoil parameters without a loss to show it.</summary>
    private void CheckFinite()
    {
        CheckLoss();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (string Name, Tensor Value)[] moved = [.. body.Moved];
        Tensor finite = stack([.. moved.Select(m => m.Value.isfinite().all())]);
        if (!Host.Number<bool>(finite.all()))
            Diverge(step, moved[(int)Host.Number<long>(finite.to(ScalarType.Int64).argmin())].Name);
    }

    private void Diverge(int at, string what)
    {
        RunLog.Diverged(logger, epoch + 1, at, what);
        throw new RunDivergedException(body.Kind, epoch + 1, at, what, storage?.CheckpointFolder);
    }

    private void Interrupt(CancellationToken cancellationToken)
    {
        CheckFinite();
        Save();
        RunLog.Cancelled(logger, epoch + 1, step, storage?.CheckpointFolder);
        throw new OperationCanceledException(
            $"The {body.Kind} was cancelled in epoch {epoch + 1} after step {step}." +
            (storage is null ? " Nothing was saved, because there is no run folder." : $" Resume it from {options.OutputFolder}."),
            cancellationToken);
    }

    private void Save() => storage?.Save(new CheckpointPlace(epoch, step, stop), AllParts);

    /// <summary>Whatever observers draw, the run draws the same.</summary>
    private void Notify(Action<IRunObserver, RunMoment> call)
    {
        if (options.Observers.Count == 0)
            return;
        using IDisposable? kept = body.KeepGenerators();
        RunMoment moment = body.Moment(epoch, step) with { Random = body.Random };
        foreach (IRunObserver observer in options.Observers)
            UserPart.Call(observer, () => $"The observer '{observer.Name}' in epoch {epoch + 1} of the {body.Kind}, at step {step + 1},",
                () => call(observer, moment with { Recorder = storage?.Folder.Recorder(observer.Name) }));
    }
}
