using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>Measures networks on labelled samples.</summary>
public static class Evaluator
{
    /// <summary>
    /// Loss and accuracy on all samples of a source, in evaluation mode and without gradients. The network is left as it was: weights,
    /// running
    /// statistics, and the mode of every module.
    /// </summary>
    /// <param name="network">The network; batches are brought to the device and type of its weights.</param>
    /// <param name="source">The samples, each taken once and in order; a transform that draws random numbers draws the same at every
    /// call.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="topK">Logits that count in <see cref="EvaluationReport.TopK"/>, at most the number of classes.</param>
    /// <param name="prefetch">Whether each batch is made on another thread while the one before it is computed.</param>
    /// <param name="cancellationToken">Ends the evaluation after the batch in progress.</param>
    /// <exception cref="ArgumentException">The logits are not [N, classes of the source].</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EvaluationReport Evaluate(
        ClassificationNetwork network, IBatchSource source, int batchSize = 256, int topK = 5, bool prefetch = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var mode = new ModeLoan(network, training: false);
        return Measure(network, source, batchSize, Math.Min(topK, source.Classes), prefetch, cancellationToken);
    }

    private static EvaluationReport Measure(
        ClassificationNetwork network, IBatchSource source, int batchSize, int k, bool prefetch, CancellationToken cancellationToken)
    {
        var (device, dtype) = network.parameters().Select(p => (p.device, p.dtype)).FirstOrDefault((CPU, ScalarType.Float32));
        int steps = (int)((source.Count + batchSize - 1) / batchSize);
        using var batches = new Prefetcher(
            (_, step) => [Get(source, batchSize, step)], (_, step) => step + 1 < steps ? (0, step + 1) : null, device, prefetch, dtype);
        using var sums = new EpochSums(device, "loss", "top-1", "top-k");
        ScalarType exact = Host.SumType(device);
        using Scalar limit = Scalars.Of(k);
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            LabeledBatch batch = batches.Get(0, step)[0];
            Tensor logits = network.call(batch.Inputs);
            if (!logits.shape.SequenceEqual([batch.Size, source.Classes]))
                throw new ArgumentException(
                    $"The network gives logits of shape [{string.Join(", ", logits.shape)}] for {batch.Size} samples of " +
                    $"'{source.Name}'; expected " +
                    $"[{batch.Size}, {source.Classes}]. Build the network for the number of classes of the data.", nameof(network));
            Tensor loss = nn.functional.cross_entropy(logits.to(exact), batch.Labels, reduction: nn.Reduction.Sum);
            Tensor rank = LabelRank.Of(logits, batch.Labels);
            sums.Add(step, (loss, batch.Size), (rank.lt(Scalars.One).sum(), batch.Size), (rank.lt(limit).sum(), batch.Size));
        }
        double[] means = [.. sums.Means().Values.Select(mean => mean ?? double.NaN)];
        return new EvaluationReport(means[0], means[1], means[2], k, source.Count);
    }

    private static LabeledBatch Get(IBatchSource source, int batchSize, int step)
    {
        long start = (long)step * batchSize;
        var indices = new long[Math.Min(batchSize, source.Count - start)];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = start + i;
        using var generator = new RandomStreams(0).CreateGenerator("evaluation", 0, step);
        return SourceProbe.Batch(source, indices, generator);
    }
}
