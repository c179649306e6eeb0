using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The batches of a moment, on the device. Where they are streamed, those of the next moment are made on another thread while the device
/// computes. A moment's batches must depend on its epoch and number alone, so that both give the same.
/// </summary>
/// <param name="make">Makes the batches of an epoch and step in the current dispose scope; one object may be there twice.</param>
/// <param name="following">The epoch and step after one; <see langword="null"/> after the last.</param>
/// <param name="device">Where the batches are wanted.</param>
/// <param name="isPrefetched">Whether they are made ahead.</param>
/// <param name="dtype">Floating-point type of the inputs; that in which they are made if <see langword="null"/>.</param>
internal sealed class Prefetcher(
    Func<int, int, LabeledBatch[]> make, Func<int, int, (int Epoch, int Step)?> following, Device device, bool isPrefetched,
    ScalarType? dtype = null) : IDisposable
{
    private (int Epoch, int Step, Task<LabeledBatch[]> Batches)? next;

    /// <summary>The batches of a moment, in the current dispose scope.</summary>
    public LabeledBatch[] Get(int epoch, int step)
    {
        if (!isPrefetched)
            return OneByOne(make(epoch, step), Move);
        Task<LabeledBatch[]> made;
        if (next is { } n && (n.Epoch, n.Step) == (epoch, step))
            made = n.Batches;
        else
        {
            Drop();
            made = Ahead(epoch, step);
        }
        next = null;
        LabeledBatch[] batches = made.GetAwaiter().GetResult();
        if (following(epoch, step) is { } then)
            next = (then.Epoch, then.Step, Ahead(then.Epoch, then.Step));
        return OneByOne(batches, Move);
    }

    /// <summary>A batch moved to the device, in the current dispose scope.</summary>
    public LabeledBatch Move(LabeledBatch batch)
    {
        Tensor inputs = Moved(batch.Inputs, dtype ?? batch.Inputs.dtype), labels = Moved(batch.Labels, batch.Labels.dtype);
        return new LabeledBatch(inputs, labels);

        Tensor Moved(Tensor tensor, ScalarType type)
        {
            if (!isPrefetched && tensor.device_type == device.type && tensor.device_index == device.index && tensor.dtype == type)
                return tensor;
            using (tensor)
                return tensor.to(type, device, copy: true, non_blocking: true);
        }
    }

    public void Dispose() => Drop();

    private Task<LabeledBatch[]> Ahead(int epoch, int step) => Task.Run(() =>
    {
        using var scope = NewDisposeScope();
        return OneByOne(make(epoch, step), Keep);
    });

    /// <summary>Pins host memory if the device copies from it by itself.</summary>
    private LabeledBatch Keep(LabeledBatch batch)
    {
        Tensor Kept(Tensor tensor) =>
            (device.type == DeviceType.CUDA && tensor.device_type == DeviceType.CPU ? tensor.pin_memory() : tensor)
                .DetachFromDisposeScope();
        return new LabeledBatch(Kept(batch.Inputs), Kept(batch.Labels));
    }

    private void Drop()
    {
        if (next is not { } n)
            return;
        next = null;
        try
        {
            foreach (LabeledBatch batch in n.Batches.GetAwaiter().GetResult().Distinct(ReferenceEqualityComparer.Instance)
                .Cast<LabeledBatch>())
                batch.Dispose();
        }
        catch (Exception)
        {
            // Nobody asked for these batches, so nobody is told why there are none.
        }
    }

    private static LabeledBatch[] OneByOne(LabeledBatch[] batches, Func<LabeledBatch, LabeledBatch> change)
    {
        var changed = new Dictionary<LabeledBatch, LabeledBatch>(ReferenceEqualityComparer.Instance);
        foreach (LabeledBatch batch in batches)
            if (!changed.ContainsKey(batch))
                changed[batch] = change(batch);
        return [.. batches.Select(batch => changed[batch])];
    }
}
