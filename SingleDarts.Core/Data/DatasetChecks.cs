using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

internal static class DatasetChecks
{
    public static void Validate(Tensor inputs, Tensor labels, int classes, string name, IReadOnlyList<string>? classNames)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(name);
        if (classes < 2)
            throw Fault($"has {classes} classes, expected at least 2");
        if (classNames is not null && classNames.Count != classes)
            throw Fault($"has {classNames.Count} class names for {classes} classes, expected one name per class or none");
        if (inputs.dtype == ScalarType.Byte ? inputs.dim() != 4 : !inputs.is_floating_point() || inputs.dim() < 2)
            throw Fault($"has inputs of type {inputs.dtype} and shape {Shape(inputs)}, expected images of type Byte and shape " +
                "[N, C, H, W] or floating-point samples of shape [N, ...]; convert them first, for example with inputs.to(float32)");
        if (labels.dtype != ScalarType.Int64 || labels.dim() != 1)
            throw Fault($"has labels of type {labels.dtype} and shape {Shape(labels)}, expected Int64 and [N]; " +
                "convert them first, for example with labels.to(int64).flatten()");
        if (inputs.shape[0] != labels.shape[0])
            throw Fault($"has {inputs.shape[0]} inputs and {labels.shape[0]} labels, expected as many labels as inputs");
        if (inputs.numel() == 0)
            throw Fault($"is empty: inputs have shape {Shape(inputs)}, expected at least one sample of at least one value");

        using var scope = NewDisposeScope();
        using var limit = Scalars.Of(classes);
        if (First(labels.lt(Scalars.Zero).logical_or(labels.ge(limit))) is { } label)
            throw Fault($"has label {Host.Number<long>(labels[label])} at index {label}, expected 0 to {classes - 1}; " +
                "correct the label or the number of classes");
        if (inputs.is_floating_point() && First(inputs.isfinite().logical_not().flatten(1).any(1)) is { } sample)
            throw Fault($"has a value that is not finite (NaN or infinity) in sample {sample}; remove or repair that sample");

        ArgumentException Fault(string what) => new($"Dataset '{name}' {what}.");
    }

    /// <summary>A tensor of a dataset or source that can be read.</summary>
    public static Tensor Alive(Tensor tensor, string name) => !tensor.IsInvalid ? tensor : throw new ObjectDisposedException(null,
        $"'{name}' has been disposed, or one of its tensors; dispose it after its last use, for a run after RunAsync has ended.");

    public static void InRange(ReadOnlySpan<long> indices, long count, string name)
    {
        if (indices.IsEmpty)
            throw new ArgumentException($"Of dataset '{name}' at least one index is needed, found none.", nameof(indices));
        foreach (long index in indices)
            if (index < 0 || index >= count)
                throw new ArgumentException($"Index {index} is outside dataset '{name}', expected 0 to {count - 1}.", nameof(indices));
    }

    public static void TrainableType(ScalarType dtype)
    {
        if (!is_floating_point(dtype))
            throw new ArgumentException($"Batches of type {dtype} cannot be trained on; expected a floating-point type such as Float32.",
                nameof(dtype));
    }

    public static string Shape(Tensor t) => $"[{string.Join(", ", t.shape)}]";

    private static long? First(Tensor faulty) =>
        Host.Number<bool>(faulty.any()) ? Host.Number<long>(faulty.nonzero()[0, 0]) : null;
}
