using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Holds a dataset on the training device, once and in its own type, and cuts batches from it there.</summary>
public sealed class BatchSource : IBatchSource
{
    private readonly Tensor inputs;
    private readonly Tensor labels;
    private readonly Device device;
    private readonly ScalarType dtype;
    private readonly IBatchTransform? transform;

    /// <summary>Moves the dataset to the device; on the device where it already is, its memory is shared.</summary>
    /// <param name="data">The samples. The source stays usable after the dataset is disposed.</param>
    /// <param name="device">Where batches are made.</param>
    /// <param name="dtype">Floating-point type of the batches.</param>
    /// <param name="transform">Applied to every batch; without one, samples are only converted to <paramref name="dtype"/>
    /// (images keep their 0..255 scale).</param>
    /// <exception cref="ArgumentException"><paramref name="dtype"/> is not a floating-point type.</exception>
    public BatchSource(ClassificationDataset data, Device device, ScalarType dtype, IBatchTransform? transform = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(device);
        DatasetChecks.TrainableType(dtype);
        (this.device, this.dtype, this.transform) = (device, dtype, transform);
        (Name, Classes, InputShape, ClassNames) = (data.Name, data.Classes, data.InputShape, data.ClassNames);
        ValueScale = ScaleOf(data, transform);
        inputs = data.Inputs.to(device).DetachFromDisposeScope();
        labels = data.Labels.to(device).DetachFromDisposeScope();
    }

    private BatchSource(BatchSource other, IBatchTransform? transform)
    {
        (device, dtype, this.transform) = (other.device, other.dtype, transform);
        (Name, Classes, InputShape, ClassNames) = (other.Name, other.Classes, other.InputShape, other.ClassNames);
        ValueScale = other.ValueScale;
        inputs = other.inputs.alias().DetachFromDisposeScope();
        labels = other.labels.alias().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>Those of the dataset.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>What the transform says; without one, <c>pixels from 0 to 255</c> or <c>floating point as stored</c>.</summary>
    public string? ValueScale { get; }

    /// <summary>Number of samples.</summary>
    public long Count => DatasetChecks.Alive(labels, Name).shape[0];

    /// <summary>The samples at <paramref name="indices"/>, transformed.</summary>
    /// <param name="indices">At least one index in [0, <see cref="Count"/>).</param>
    /// <param name="generator">A CPU generator for the transform's randomness.</param>
    /// <exception cref="ArgumentException">No indices, or one outside the range.</exception>
    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        DatasetChecks.InRange(indices, Count, Name);
        using var scope = NewDisposeScope();
        var index = Host.Send(tensor(indices.ToArray()), device);
        var batch = Transformed(inputs.index_select(0, index), generator);
        return new(batch.MoveToOuterDisposeScope(), labels.index_select(0, index).MoveToOuterDisposeScope());
    }

    /// <summary>The same samples, in the same memory, by the transform without its random part.</summary>
    public IBatchSource ForEvaluation() => new BatchSource(this, transform?.ForEvaluation());

    /// <summary>What <see cref="Get"/> gives, transformed on the CPU: the same bytes whatever the device. Waits for the device.</summary>
    /// <param name="indices">At least one index in [0, <see cref="Count"/>).</param>
    /// <param name="generator">A CPU generator for the transform's randomness.</param>
    internal LabeledBatch GetOnHost(ReadOnlySpan<long> indices, Generator generator)
    {
        DatasetChecks.InRange(indices, Count, Name);
        using var scope = NewDisposeScope();
        var index = tensor(indices.ToArray(), device: device);
        var batch = Transformed(inputs.index_select(0, index).cpu(), generator);
        return new(batch.MoveToOuterDisposeScope(), labels.index_select(0, index).cpu().MoveToOuterDisposeScope());
    }

    /// <summary>What the values of a dataset's batches are, in words.</summary>
    internal static string? ScaleOf(ClassificationDataset data, IBatchTransform? transform) =>
        transform is null ? Data.ValueScale.Of(data.IsImage, 255, null) : transform.ValueScale(data.IsImage);

    private Tensor Transformed(Tensor batch, Generator generator) =>
        transform is null ? batch.to(dtype) : UserPart.Result(transform, () => $"The transform '{transform}' of '{Name}'",
            "a batch", () => transform.Apply(batch, generator, dtype));

    /// <summary>Frees the device's copy.</summary>
    public void Dispose()
    {
        inputs.Dispose();
        labels.Dispose();
    }
}
