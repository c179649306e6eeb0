using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// The batches of every step of a search. Which samples they hold is a pure function of seed, epoch and step, so that a resumed search
/// needs no record of it. If prefetching, those of the next step are made on another thread.
/// </summary>
internal sealed class SearchBatches : IDisposable
{
    private readonly Lock gate = new();
    private readonly IBatchSource source;
    private readonly Lazy<IBatchSource> evaluation;
    private readonly SampleAllocation allocation;
    private readonly RandomStreams streams;
    private readonly int batchSize;
    private readonly EpochOrder order;
    private readonly Prefetcher batches;

    public SearchBatches(IBatchSource source, SampleAllocation allocation, RandomStreams streams, Device device, SearchOptions options)
    {
        this.source = source;
        this.allocation = allocation;
        this.streams = streams;
        batchSize = options.BatchSize;
        evaluation = new Lazy<IBatchSource>(source.ForEvaluation);
        Epochs = options.Epochs;
        order = new EpochOrder(allocation.WeightSamples, batchSize, streams);
        batches = new Prefetcher(
            Make, (epoch, step) => order.Following(epoch, step, Epochs), device, options.Prefetch, options.DataType);
    }

    /// <summary>Number of epochs of the run, which a new stage adds to.</summary>
    public int Epochs { get; set; }

    public int StepsPerEpoch => order.StepsPerEpoch;

    /// <summary>Batches of w and α of a step, in the current dispose scope; one object if the scheme shares it.</summary>
    public (LabeledBatch Weights, LabeledBatch Architecture) Get(int epoch, int step)
    {
        LabeledBatch[] both = batches.Get(epoch, step);
        return (both[0], both[1]);
    }

    /// <summary>
    /// A batch of w's samples that are in none of the step's batches, smaller if no more are left; null if fewer than two are.
    /// </summary>
    public LabeledBatch? Independent(int epoch, int step)
    {
        var (weights, architecture) = Samples(epoch, step);
        var taken = weights.Concat(architecture ?? []).ToHashSet();
        using var drawn = streams.CreateGenerator("independent order", epoch, step);
        long[] others = [.. SampleOrder.Shuffle(allocation.WeightSamples, drawn).Where(i => !taken.Contains(i)).Take(batchSize)];
        if (others.Length < 2)
            return null;
        using var generator = streams.CreateGenerator("independent augmentation", epoch, step);
        return batches.Move(Get(source, others, generator));
    }

    /// <summary>
    /// Samples of w's batch, the last of an epoch may be smaller; and as many of α's, none of which is in w's, or null if both share w's.
    /// </summary>
    public (long[] Weights, long[]? Architecture) Samples(int epoch, int step)
    {
        long[] weights = order.Batch(epoch, step);
        if (allocation.ArchitectureSamples is not { } samples || allocation.Sampling == ArchitectureSampling.None)
            return (weights, null);
        using var generator = streams.CreateGenerator("architecture order", epoch, step);
        var taken = weights.ToHashSet();
        return (weights, allocation.Sampling == ArchitectureSampling.WithReplacement
            ? SampleOrder.DrawWithReplacement(samples, weights.Length, generator, taken)
            : [.. SampleOrder.Shuffle(samples, generator).Where(i => !taken.Contains(i)).Take(weights.Length)]);
    }

    /// <summary>A batch of <see cref="Schemes.StepContext.EvaluationBatch"/>. A last batch of one sample, of which batch statistics cannot
    /// be taken, is left out.</summary>
    public LabeledBatch Evaluation(long n, int? size, bool augments = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        long perPass = EvaluationBatchesPerPass(size);
        int length = EvaluationLength(size);
        var (pass, at) = (n / perPass, (int)(n % perPass) * length);
        using var shuffled = streams.CreateGenerator("evaluation order", pass);
        using var generator = streams.CreateGenerator("evaluation augmentation", n);
        long[] taken = SampleOrder.Shuffle(EvaluationSamples, shuffled)[at..Math.Min(at + length, EvaluationSamples.Count)];
        return batches.Move(Get(augments ? source : evaluation.Value, taken, generator));
    }

    /// <summary>Evaluation batches that go once through the samples: a pass begins at every multiple of it.</summary>
    public long EvaluationBatchesPerPass(int? size) =>
        Math.Max(1, (EvaluationSamples.Count + EvaluationLength(size) - 2) / EvaluationLength(size));

    public void Dispose()
    {
        batches.Dispose();
        if (evaluation.IsValueCreated && evaluation.Value != source)
            evaluation.Value.Dispose();
    }

    private IReadOnlyList<long> EvaluationSamples => allocation.ArchitectureSamples ?? allocation.WeightSamples;

    private int EvaluationLength(int? size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size ?? batchSize, 2, nameof(size));
        return Math.Min(size ?? batchSize, EvaluationSamples.Count);
    }

    /// <summary>A source is asked by one caller at a time, though batches are made ahead on another thread.</summary>
    private LabeledBatch Get(IBatchSource from, long[] samples, Generator generator)
    {
        lock (gate)
            return SourceProbe.Batch(from, samples, generator);
    }

    private LabeledBatch[] Make(int epoch, int step)
    {
        var (weights, architecture) = Samples(epoch, step);
        using var generator = streams.CreateGenerator("augmentation", epoch, step);
        LabeledBatch batch = Get(source, weights, generator);
        return [batch, architecture is null ? batch : Get(source, architecture, generator)];
    }
}
