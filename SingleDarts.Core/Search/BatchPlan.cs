using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

/// <summary>
/// Which samples make the batches of every step. A pure function of seed, epoch and step: a resumed search needs no record of it.
/// </summary>
internal sealed class BatchPlan(SampleAllocation allocation, int batchSize, RandomStreams streams)
{
    private readonly EpochOrder order = new(allocation.WeightSamples, batchSize, streams);

    public int StepsPerEpoch => order.StepsPerEpoch;

    public bool SharesBatch => allocation.ArchitectureSamples is null;

    /// <summary>Samples of the weights' batch; the last batch of an epoch may be smaller.</summary>
    public long[] WeightBatch(int epoch, int step) => order.Batch(epoch, step);

    /// <summary>Samples of α's batch, none of which is in the weights' batch.</summary>
    public long[] ArchitectureBatch(int epoch, int step, long[] weightBatch)
    {
        using var generator = streams.CreateGenerator("architecture order", epoch, step);
        var taken = weightBatch.ToHashSet();
        return allocation.Sampling == ArchitectureSampling.WithReplacement
            ? SampleOrder.DrawWithReplacement(allocation.ArchitectureSamples!, weightBatch.Length, generator, taken)
            : [.. SampleOrder.Shuffle(allocation.ArchitectureSamples!, generator).Where(i => !taken.Contains(i)).Take(weightBatch.Length)];
    }

    /// <summary>Samples of the weights that are in none of the given ones; fewer than a batch where no more are left.</summary>
    public long[] IndependentBatch(int epoch, int step, IEnumerable<long> taken)
    {
        using var generator = streams.CreateGenerator("independent order", epoch, step);
        var others = taken.ToHashSet();
        return [.. SampleOrder.Shuffle(allocation.WeightSamples, generator).Where(i => !others.Contains(i)).Take(batchSize)];
    }
}
