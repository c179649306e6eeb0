using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>The loop over epochs and steps of a training.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private const int StepsBetweenLooks = 100;
    private readonly ClassificationNetwork network;
    private readonly IBatchSource? test;
    private readonly TrainingOptions options;
    private readonly ILogger logger;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly RandomStreams streams;
    private readonly RunRandom random;
    private readonly Device device;
    private readonly IReadOnlyList<(string Name, Parameter Parameter)> weights;
    private readonly ScheduledOptimizer updater;
    private readonly WeightEma? average;
    private readonly TrainingLoss loss;
    private readonly Prefetcher batches;
    private readonly TrainingMeter meter;
    private readonly TrainingStorage? storage;
    private readonly List<TrainingEpochReport> reports = [];
    private readonly int steps;
    private int epoch, step;

    public TrainingLoop(
        ClassificationNetwork network, IBatchSource train, IBatchSource? test, TrainingOptions options, TrainingStorage? storage,
        ILogger logger, IProgress<TrainingProgress>? progress)
    {
        (this.network, this.test, this.options, this.storage, this.logger, this.progress) = (network, test, options, storage, logger, progress);
        using var kept = new BuildScope();
        streams = new RandomStreams(options.Seed);
        device = Devices.Parse(options.Device);
        NativeMemory.KeepForReuse();
        if (device.type == DeviceType.CUDA)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = options.AllowTF32;
        network.to(device, options.DataType);
        network.train();
        weights = [.. network.named_parameters().Where(p => p.parameter.requires_grad)];
        updater = new ScheduledOptimizer(options.WeightOptimizer, weights, options.Epochs);
        average = options.EmaDecay is { } decay ? new WeightEma(network, decay) : null;
        random = new RunRandom(network, streams);
        if (random.DrawsFromProcess.Count > 0)
            TrainingLog.Warning(logger, random.Warning);
        loss = new TrainingLoss(options.LabelSmoothing, options.AuxiliaryWeight);
        meter = new TrainingMeter(device);
        var order = new EpochOrder(SampleOrder.All(train.Count), options.BatchSize, streams, options.DropLast);
        steps = order.StepsPerEpoch;
        batches = new Prefetcher(
            (e, s) =>
            {
                using var generator = streams.CreateGenerator("augmentation", e, s);
                return [train.Get(order.Batch(e, s), generator)];
            },
            (e, s) => order.Following(e, s, options.Epochs), device, options.Prefetch, options.DataType);
        TrainingLog.Started(logger, network.GetName(), options.Device, train.Count, options.Epochs, steps, options.Seed);
        if (options.Resume)
            Resume();
        else
            Save();
    }

    public IEnumerable<TrainingEpochReport> Epochs(CancellationToken cancellationToken)
    {
        while (epoch < options.Epochs)
            yield return RunEpoch(cancellationToken);
    }

    public TrainingResult Complete()
    {
        network.eval();
        updater.ZeroGrad();
        TrainingResult result = storage?.WriteResult(network, average, reports) ?? new TrainingResult(reports, null, null);
        TrainingLog.Completed(logger, network.GetName(), result.Test?.Top1, result.EmaTest?.Top1);
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        meter.Dispose();
        average?.Dispose();
        updater.Dispose();
    }

    private TrainingEpochReport RunEpoch(CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        double before = meter.Seconds;
        while (step < steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                meter.Seconds = before + Stopwatch.GetElapsedTime(begun).TotalSeconds;
                Interrupt(cancellationToken);
            }
            RunStep();
            NativeMemory.ReleaseGarbage();
            step++;
            // Elsewhere looking at the loss waits for the device.
            if (device.type == DeviceType.CPU || step % StepsBetweenLooks == 0)
                CheckLoss();
            progress?.Report(new TrainingProgress(epoch + 1, options.Epochs, step, steps));
        }
        CheckLoss();
        meter.Seconds = before + Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return Finish(cancellationToken);
    }

    private void RunStep()
    {
        using var scope = NewDisposeScope();
        network.DropPathProbability = options.DropPathAt(epoch);
        updater.MoveTo(epoch, (double)step / steps);
        long begun = Stopwatch.GetTimestamp();
        LabeledBatch batch = batches.Get(epoch, step)[0];
        meter.DataSeconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        using IDisposable draws = random.Begin(epoch, step);
        updater.ZeroGrad();
        foreach (var (start, length) in MicroBatch.Parts(batch.Size, options))
            AddGradient(batch.Inputs.narrow(0, start, length), batch.Labels.narrow(0, start, length), (double)length / batch.Size);
        updater.Step();
        average?.Update();
    }

    /// <summary>Adds the gradient of a part of the batch, which counts by its share of the samples.</summary>
    private void AddGradient(Tensor inputs, Tensor labels, double share)
    {
        using var scope = NewDisposeScope();
        var outputs = network.Classify(inputs);
        var (main, auxiliary, total) = loss.Of(outputs, labels);
        (share == 1 ? total : total.Times(share)).backward();
        meter.Add(main.detach(), auxiliary?.detach(), LabelRank.Of(outputs.Logits, labels).lt(Scalars.One).sum(), labels.shape[0], step);
    }

    private TrainingEpochReport Finish(CancellationToken cancellationToken)
    {
        var (own, averaged) = Evaluate(cancellationToken);
        updater.MoveTo(epoch, (steps - 1.0) / steps);
        var means = meter.Means();
        var report = new TrainingEpochReport
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            TrainLoss = means.Loss,
            AuxiliaryLoss = means.AuxiliaryLoss,
            TrainTop1 = means.Top1,
            Test = own,
            EmaTest = averaged,
            LearningRate = updater.LearningRate,
            DropPathProbability = options.DropPathAt(epoch),
            Seconds = meter.Seconds,
            DataSeconds = meter.DataSeconds,
            EvaluationSeconds = meter.EvaluationSeconds,
        };
        CheckWeights();
        reports.Add(report);
        (epoch, step) = (epoch + 1, 0);
        meter.Reset();
        storage?.AppendEpoch(report);
        if (epoch % options.CheckpointInterval == 0 || epoch == options.Epochs)
            Save();
        TrainingLog.Epoch(
            logger, report.Epoch, report.Epochs, report.TrainLoss, report.TrainTop1, own?.Loss, own?.Top1, report.Seconds);
        return report;
    }

    private (EvaluationReport? Own, EvaluationReport? Average) Evaluate(CancellationToken cancellationToken)
    {
        if (test is null || ((epoch + 1) % options.EvaluationInterval != 0 && epoch + 1 != options.Epochs))
            return (null, null);
        EvaluationReport Measure() => Evaluator.Evaluate(
            network, test, options.EvaluationBatchSize, prefetch: options.Prefetch, cancellationToken: cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        try
        {
            EvaluationReport own = Measure();
            if (average is null)
                return (own, null);
            average.Swap();
            try
            {
                return (own, Measure());
            }
            finally
            {
                average.Swap();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Interrupt(cancellationToken);
            throw;
        }
        finally
        {
            meter.EvaluationSeconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    private void CheckLoss()
    {
        if (meter.DivergedAt() is >= 0 and var at)
            Diverge((int)at + 1, "the loss");
    }

    /// <summary>The last step of an epoch can spoil the weights without a loss to show it.</summary>
    private void CheckWeights()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor finite = stack([.. weights.Select(w => w.Parameter.isfinite().all())]);
        if (!Host.Number<bool>(finite.all()))
            Diverge(step, $"the weight '{weights[(int)Host.Number<long>(finite.to(ScalarType.Int64).argmin())].Name}'");
    }

    private void Diverge(int at, string what)
    {
        TrainingLog.Diverged(logger, epoch + 1, at, what);
        throw new TrainingDivergedException(epoch + 1, at, what, storage?.CheckpointFolder);
    }

    private void Interrupt(CancellationToken cancellationToken)
    {
        CheckLoss();
        CheckWeights();
        Save();
        TrainingLog.Cancelled(logger, epoch + 1, step, storage?.CheckpointFolder);
        throw new OperationCanceledException(
            $"The training was cancelled in epoch {epoch + 1} after step {step}." +
            (storage is null ? " Nothing was saved, because there is no run folder." : $" Resume it from {options.OutputFolder}."),
            cancellationToken);
    }

    private void Save() => storage?.SaveCheckpoint(epoch, step, network, updater, average, meter);

    private void Resume()
    {
        (epoch, step) = storage!.LoadCheckpoint(network, updater, average, meter, warning => TrainingLog.Warning(logger, warning));
        reports.AddRange(storage.ReadEpochs(epoch));
        TrainingLog.Resumed(logger, epoch + 1, step, options.OutputFolder!);
    }
}
