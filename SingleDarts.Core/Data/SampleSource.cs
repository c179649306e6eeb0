using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The batches of a dataset of TorchSharp, whose samples are read one at a time when they are asked for. One thread at a time reads, so
/// that the dataset need not be thread-safe.
/// </summary>
/// <typeparam name="T">What the dataset gives for a sample.</typeparam>
internal sealed class SampleSource<T> : IBatchSource
{
    private readonly Lock gate = new();
    private readonly utils.data.Dataset<T> dataset;
    private readonly Func<T, (Tensor Input, Tensor Label)> read;
    private readonly IBatchTransform? transform;
    private readonly long[] shape;
    private readonly ScalarType stored;

    /// <summary>Reads the first sample, whose shape and type the others must have.</summary>
    public SampleSource(
        utils.data.Dataset<T> dataset, int classes, Func<T, (Tensor Input, Tensor Label)> read, IBatchTransform? transform,
        IReadOnlyList<string>? classNames)
    {
        this.dataset = dataset;
        this.read = read;
        this.transform = transform;
        Name = dataset.GetType().Name;
        Count = dataset.Count;
        Classes = classes;
        ClassNames = classNames;
        if (classes < 2)
            throw new ArgumentException($"'{Name}' has {classes} classes, expected at least 2.", nameof(classes));
        if (classNames is not null && classNames.Count != classes)
            throw new ArgumentException(
                $"'{Name}' has {classNames.Count} class names for {classes} classes, expected one per class or none.", nameof(classNames));
        if (Count < 1)
            throw new ArgumentException($"'{Name}' has {Count} samples, expected at least 1.", nameof(dataset));
        using var scope = NewDisposeScope();
        Tensor first = Read(0).Input;
        shape = first.shape;
        stored = first.dtype;
        bool isImage = stored == ScalarType.Byte;
        if (isImage ? shape.Length != 3 : !first.is_floating_point() || shape.Length < 1)
            throw Fault(0, $"is {DatasetChecks.Shape(first)} of {stored}", "an image [C, H, W] of Byte or a sample of floating point; " +
                "convert it in GetTensor, for example with to(float32)");
        ValueScale = transform is null ? Data.ValueScale.Of(isImage, 255, null) : transform.ValueScale(isImage);
    }

    public string Name { get; }

    public long Count { get; }

    public int Classes { get; }

    public IReadOnlyList<long> InputShape => shape;

    public IReadOnlyList<string>? ClassNames { get; }

    public string? ValueScale { get; }

    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
    {
        DatasetChecks.InRange(indices, Count, Name);
        using var scope = NewDisposeScope();
        var inputs = new Tensor[indices.Length];
        var labels = new long[indices.Length];
        lock (gate)
            for (int i = 0; i < indices.Length; i++)
            {
                var (input, label) = Read(indices[i]);
                if (input.dtype != stored || !input.shape.SequenceEqual(shape))
                    throw Fault(indices[i], $"is {DatasetChecks.Shape(input)} of {input.dtype}",
                        $"[{string.Join(", ", shape)}] of {stored}, as the first sample; bring all samples to one shape and type");
                inputs[i] = input;
                labels[i] = label;
            }
        Tensor batch = stack(inputs);
        ScalarType type = stored == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        batch = transform is null ? batch.to(type) : UserPart.Result(transform, () => $"The transform '{transform}' of '{Name}'",
            "a batch", () => transform.Apply(batch, generator, type));
        return new(batch.MoveToOuterDisposeScope(), tensor(labels, ScalarType.Int64).MoveToOuterDisposeScope());
    }

    /// <summary>The dataset is the caller's.</summary>
    public void Dispose()
    {
    }

    private (Tensor Input, long Label) Read(long index)
    {
        var (input, label) = read(dataset.GetTensor(index));
        if (input is null || label is null)
            throw Fault(index, $"has no {(input is null ? "input" : "label")}", "both");
        if (label.numel() != 1 || label.is_floating_point() || label.is_complex())
            throw Fault(index, $"has a label {DatasetChecks.Shape(label)} of {label.dtype}", "one integer; give the number of the class");
        long value = Host.Number<long>(label.to(ScalarType.Int64).reshape([]));
        if (value < 0 || value >= Classes)
            throw Fault(index, $"has label {value}", $"0 to {Classes - 1}; correct the label or the number of classes");
        return (input, value);
    }

    private InvalidDataException Fault(long index, string found, string expected) =>
        new($"Sample {index} of '{Name}' {found}; expected {expected}.");
}
