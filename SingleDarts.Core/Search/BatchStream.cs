using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// The batches of a step. The data lie on the device; or, where they are streamed, in the host's memory, and the batches of the next step
/// are made there on another thread while the device computes. A step's batches depend on its epoch and number alone, so both give the same.
/// </summary>
internal sealed class BatchStream : IDisposable
{
    private readonly BatchPlan plan;
    private readonly RandomStreams streams;
    private readonly BatchSource source;
    private readonly Device device;
    private readonly bool isStreamed;
    private (int Epoch, int Step, Task<(LabeledBatch Weights, LabeledBatch Architecture)> Batches)? next;

    public BatchStream(BatchPlan plan, RandomStreams streams, ClassificationDataset data, Device device, SearchOptions options)
    {
        (this.plan, this.streams, this.device, isStreamed) = (plan, streams, device, options.StreamsData);
        source = new BatchSource(data, options.StreamsData ? CPU : device, options.DataType, options.Transform ?? (data.IsImage
            ? new ImageAugmentation { Normalization = data.MeasureNormalization() }
            : null));
    }

    /// <summary>Batches of w and α of a step, in the current dispose scope; one object where the scheme shares it.</summary>
    public (LabeledBatch Weights, LabeledBatch Architecture) Get(int epoch, int step)
    {
        if (!isStreamed)
            return Make(epoch, step);
        var (weights, architecture) = (next is { } n && (n.Epoch, n.Step) == (epoch, step) ? n.Batches : MakeAhead(epoch, step)).GetAwaiter().GetResult();
        var following = step + 1 < plan.StepsPerEpoch ? (epoch, step + 1) : (epoch + 1, 0);
        next = (following.Item1, following.Item2, MakeAhead(following.Item1, following.Item2));
        LabeledBatch moved = Move(weights);
        return (moved, ReferenceEquals(weights, architecture) ? moved : Move(architecture));
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
        LabeledBatch batch = source.Get(others, generator);
        return isStreamed ? Move(batch) : batch;
    }

    public void Dispose()
    {
        if (next is { } n)
        {
            var (weights, architecture) = n.Batches.GetAwaiter().GetResult();
            weights.Dispose();
            if (!ReferenceEquals(weights, architecture))
                architecture.Dispose();
        }
        source.Dispose();
    }

    private (LabeledBatch Weights, LabeledBatch Architecture) Make(int epoch, int step)
    {
        long[] samples = plan.WeightBatch(epoch, step);
        using var generator = streams.CreateGenerator("augmentation", epoch, step);
        LabeledBatch weights = source.Get(samples, generator);
        return (weights, plan.SharesBatch ? weights : source.Get(plan.ArchitectureBatch(epoch, step, samples), generator));
    }

    private Task<(LabeledBatch Weights, LabeledBatch Architecture)> MakeAhead(int epoch, int step) => Task.Run(() =>
    {
        using var scope = NewDisposeScope();
        var (weights, architecture) = Make(epoch, step);
        LabeledBatch kept = Keep(weights);
        return (kept, ReferenceEquals(weights, architecture) ? kept : Keep(architecture));
    });

    /// <summary>In page-locked memory where the device copies from it by itself.</summary>
    private LabeledBatch Keep(LabeledBatch batch)
    {
        Tensor Kept(Tensor tensor) => (device.type == DeviceType.CUDA ? tensor.pin_memory() : tensor).DetachFromDisposeScope();
        return new LabeledBatch(Kept(batch.Inputs), Kept(batch.Labels));
    }

    private LabeledBatch Move(LabeledBatch batch)
    {
        Tensor Moved(Tensor tensor)
        {
            using (tensor)
                return tensor.to(device.type, device.index, copy: true, non_blocking: true);
        }
        return new LabeledBatch(Moved(batch.Inputs), Moved(batch.Labels));
    }
}
