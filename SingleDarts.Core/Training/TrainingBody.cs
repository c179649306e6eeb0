using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>What is particular to the training of a fixed network.</summary>
internal sealed class TrainingBody : IRunBody<TrainingEpochReport, TrainingResult>
{
    private const string Loss = "loss", AuxiliaryLoss = "auxiliary loss", Top1 = "top-1";
    private readonly ClassificationNetwork network;
    private readonly IBatchSource train;
    private readonly IBatchSource? test;
    private readonly TrainingOptions options;
    private readonly ILogger logger;
    private readonly ScheduledOptimizer optimizer;
    private readonly WeightEma? average;
    private readonly TrainingLoss loss;
    private readonly Prefetcher batches;
    private LabeledBatch? batch;

    public TrainingBody(ClassificationNetwork network, IBatchSource train, IBatchSource? test, TrainingOptions options, ILogger logger)
    {
        this.network = network;
        this.train = train;
        this.test = test;
        this.options = options;
        this.logger = logger;
        using var kept = new BuildScope();
        var streams = new RandomStreams(options.Seed);
        Device device = Devices.Parse(options.Device);
        network.to(device, options.DataType);
        network.train();
        (string, Parameter)[] weights = [.. network.named_parameters().Where(p => p.parameter.requires_grad)];
        optimizer = new ScheduledOptimizer(options.WeightOptimizer, weights);
        average = options.EmaDecay is { } decay ? new WeightEma(network, decay) : null;
        Random = new RunRandom(network, streams);
        loss = new TrainingLoss(options.LabelSmoothing, options.AuxiliaryWeight);
        Sums = new EpochSums(device, Loss, AuxiliaryLoss, Top1);
        var order = new EpochOrder(SampleOrder.All(train.Count), options.BatchSize, streams, options.DropLast);
        StepsPerEpoch = order.StepsPerEpoch;
        batches = new Prefetcher(
            (e, s) =>
            {
                using var generator = streams.CreateGenerator("augmentation", e, s);
                return [SourceProbe.Batch(train, order.Batch(e, s), generator)];
            },
            (e, s) => order.Following(e, s, options.Epochs), device, options.Prefetch, options.DataType);
        RunLog.TrainingStarted(logger, network.GetName(), options.Device, train.Count, options.Epochs, StepsPerEpoch, options.Seed);
    }

    public string Kind => TrainingRun.Kind;

    public int Epochs => options.Epochs;

    public int StepsPerEpoch { get; }

    public RunRandom Random { get; }

    public EpochSums Sums { get; }

    public IEnumerable<(string Prefix, IResumable Part)> Parts =>
    [
        ("weights/", new SavedState(() => network.state_dict())), ("optimizer/", optimizer),
        .. average is null ? [] : new (string, IResumable)[] { ("average/", new SavedState(() => average.State)) },
    ];

    public IEnumerable<RunPart> UserParts => RunPart.Observers(options);

    public IEnumerable<(string Name, Tensor Value)> Moved =>
        optimizer.Parameters.Select(w => ($"the weight '{w.Name}'", (Tensor)w.Parameter));

    public RunMoment Moment(int epoch, int step) => new(epoch, step, StepsPerEpoch);

    /// <summary>Every step of a training seeds what it draws from.</summary>
    public IDisposable? KeepGenerators() => null;

    public void Prepare(int epoch, int step)
    {
        EpochPosition position = Position(epoch, step);
        network.DropPathProbability = options.DropPath.At(position);
        optimizer.MoveTo(position, step);
        batch = batches.Get(epoch, step)[0];
    }

    public void Step(int epoch, int step)
    {
        optimizer.ZeroGrad();
        foreach (var (start, length) in MicroBatch.Parts(batch!.Size, options))
            AddGradient(batch.Inputs.narrow(0, start, length), batch.Labels.narrow(0, start, length), (double)length / batch.Size, step);
        optimizer.Step();
        average?.Update();
    }

    public TrainingEpochReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken)
    {
        var (own, averaged) = Evaluate(epoch, times, cancellationToken);
        EpochPosition last = Position(epoch, StepsPerEpoch - 1);
        optimizer.MoveTo(last, StepsPerEpoch - 1);
        IReadOnlyDictionary<string, double?> means = Sums.Means();
        return new TrainingEpochReport
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            TrainLoss = means[Loss]!.Value,
            AuxiliaryLoss = means[AuxiliaryLoss],
            TrainTop1 = means[Top1]!.Value,
            Test = own,
            EmaTest = averaged,
            LearningRate = optimizer.LearningRate,
            DropPathProbability = options.DropPath.At(last),
            Seconds = times.Steps,
            DataSeconds = times.Data,
            EvaluationSeconds = times.Evaluation,
        };
    }

    public void Log(TrainingEpochReport report) => RunLog.TrainingEpoch(
        logger, report.Epoch, report.Epochs, report.TrainLoss, report.TrainTop1, report.Test?.Loss, report.Test?.Top1, report.Seconds);

    public TrainingResult Complete(IReadOnlyList<TrainingEpochReport> reports, RunStop? stop, RunFolder? folder)
    {
        network.eval();
        optimizer.ZeroGrad();
        var result = new TrainingResult(
            reports, Write(folder, RunFiles.Weights, network.state_dict()), Write(folder, RunFiles.EmaWeights, average?.State));
        folder?.WriteText(RunFiles.Result, System.Text.Json.JsonSerializer.Serialize(reports[^1], RunJson.Indented));
        RunLog.TrainingCompleted(logger, network.GetName(), result.Test?.Top1, result.EmaTest?.Top1);
        return result;
    }

    public void Dispose()
    {
        batches.Dispose();
        Sums.Dispose();
        average?.Dispose();
        optimizer.Dispose();
        // Datasets that the run put on the device are released at its end; sources are the caller's.
        (train as DatasetSource)?.Dispose();
        (test as DatasetSource)?.Dispose();
    }

    private EpochPosition Position(int epoch, int step) => new(epoch, (double)step / StepsPerEpoch, options.Epochs);

    /// <summary>Adds the gradient of a part of the batch, which counts by its share of the samples.</summary>
    private void AddGradient(Tensor inputs, Tensor labels, double share, int step)
    {
        using var scope = NewDisposeScope();
        long size = labels.shape[0];
        var outputs = network.Classify(inputs);
        var (main, auxiliary, total) = loss.Of(outputs, labels);
        (share == 1 ? total : total.Times(share)).backward();
        Sums.Add(step, (main.detach().Times(size), size), (auxiliary?.detach().Times(size), size),
            (LabelRank.Of(outputs.Logits, labels).lt(Scalars.One).sum(), size));
    }

    private (EvaluationReport? Own, EvaluationReport? Average) Evaluate(int epoch, EpochTimes times, CancellationToken cancellationToken)
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
        finally
        {
            times.Evaluation += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    /// <summary>The path of the file, or null if nothing is written.</summary>
    private string? Write(RunFolder? folder, string name, IReadOnlyDictionary<string, Tensor>? tensors)
    {
        if (folder is null || tensors is null)
            return null;
        string path = folder.PathOf(name);
        SafeTensorsFile.Write(path, tensors, new Dictionary<string, string> { ["network"] = network.GetName() });
        return path;
    }
}
