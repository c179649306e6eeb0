using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>
/// Samples cut into batches, in an order of their own in every epoch. A pure function of seed, epoch and step: a resumed run needs no
/// record
/// of it.
/// </summary>
/// <param name="samples">The samples.</param>
/// <param name="batchSize">Samples of a batch.</param>
/// <param name="streams">Seed of the run.</param>
/// <param name="dropLast">Whether a last batch that is smaller is left out.</param>
internal sealed class EpochOrder(IReadOnlyList<long> samples, int batchSize, RandomStreams streams, bool dropLast = false)
{
    private readonly Lock gate = new();
    private (int Epoch, long[] Order) shuffled = (-1, []);

    public int StepsPerEpoch { get; } = (samples.Count + (dropLast ? 0 : batchSize - 1)) / batchSize;

    /// <summary>The epoch and step after one, in a run of a number of epochs; null after the last.</summary>
    public (int Epoch, int Step)? Following(int epoch, int step, int epochs) =>
        step + 1 < StepsPerEpoch ? (epoch, step + 1) : epoch + 1 < epochs ? (epoch + 1, 0) : null;

    /// <summary>Samples of one batch; the last of an epoch may be smaller.</summary>
    public long[] Batch(int epoch, int step)
    {
        lock (gate)
        {
            if (shuffled.Epoch != epoch)
            {
                using var generator = streams.CreateGenerator("order", epoch);
                shuffled = (epoch, SampleOrder.Shuffle(samples, generator));
            }
            int start = step * batchSize;
            return shuffled.Order[start..Math.Min(start + batchSize, shuffled.Order.Length)];
        }
    }
}
