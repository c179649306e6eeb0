using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// The batches of a step. The data lie on the device; or, where they are streamed, in the host's memory, where the batches of the next step
/// are made ahead.
/// </summary>
internal sealed class BatchStream : IDisposable
{
    private readonly BatchPlan plan;
    private readonly RandomStreams streams;
    private readonly BatchSource source;
    private readonly Prefetcher batches;

    public BatchStream(BatchPlan plan, RandomStreams streams, ClassificationDataset data, Device device, SearchOptions options)
    {
        (this.plan, this.streams) = (plan, streams);
        source = new BatchSource(data, options.Prefetch ? CPU : device, options.DataType, options.Transform ?? (data.IsImage
            ? new ImageAugmentation { Normalization = data.MeasureNormalization() }
            : null));
        batches = new Prefetcher(
            Make, (epoch, step) => step + 1 < plan.StepsPerEpoch ? (epoch, step + 1) : epoch + 1 < options.Epochs ? (epoch + 1, 0) : null,
            device, options.Prefetch);
    }

    /// <summary>Batches of w and α of a step, in the current dispose scope; one object where the scheme shares it.</summary>
    public (LabeledBatch Weights, LabeledBatch Architecture) Get(int epoch, int step)
    {
        LabeledBatch[] both = batches.Get(epoch, step);
        return (both[0], both[1]);
    }

    /// <summary>A batch of w's samples that are in none of the step's batches; <see langword="null"/> where fewer than two are left.</summary>
    public LabeledBatch? Independent(int epoch, int step)
    {
        long[] weights = plan.WeightBatch(epoch, step);
        long[] architecture = plan.SharesBatch ? [] : plan.ArchitectureBatch(epoch, step, weights);
        long[] others = plan.IndependentBatch(epoch, step, weights.Concat(architecture));
        if (others.Length < 2)
            return null;
        using var generator = streams.CreateGenerator("independent augmentation", epoch, step);
        return batches.Move(source.Get(others, generator));
    }

    public void Dispose()
    {
        batches.Dispose();
        source.Dispose();
    }

    private LabeledBatch[] Make(int epoch, int step)
    {
        long[] samples = plan.WeightBatch(epoch, step);
        using var generator = streams.CreateGenerator("augmentation", epoch, step);
        LabeledBatch weights = source.Get(samples, generator);
        return [weights, plan.SharesBatch ? weights : source.Get(plan.ArchitectureBatch(epoch, step, samples), generator)];
    }
}
