using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Samples and their class labels, held in memory as two tensors. Everything that can be searched on is one of these.</summary>
public sealed class ClassificationDataset : IDisposable
{
    private readonly Tensor inputs, labels;

    /// <summary>Checks the two tensors and takes ownership of them: they leave their dispose scope and live until
    /// <see cref="Dispose"/>.</summary>
    /// <param name="inputs">Shape [N, C, H, W] of unsigned bytes (images), or floating point of shape [N, ...].</param>
    /// <param name="labels">Shape [N], 64-bit integers in [0, <paramref name="classes"/>).</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="name">A short name for reports, for example <c>"CIFAR-10 train"</c>.</param>
    /// <param name="classNames">One name per class; by default the class numbers.</param>
    /// <exception cref="ArgumentException">A wrong type or shape, no samples, a label out of range (its index is named), a value that is
    /// not finite (its sample is named), fewer than two classes, or a number of names that is not the number of classes.</exception>
    public ClassificationDataset(Tensor inputs, Tensor labels, int classes, string name, IReadOnlyList<string>? classNames = null)
    {
        DatasetChecks.Validate(inputs, labels, classes, name, classNames);
        this.inputs = inputs.DetachFromDisposeScope();
        this.labels = labels.DetachFromDisposeScope();
        Classes = classes;
        Name = name;
        ClassNames = classNames ?? [.. Enumerable.Range(0, classes).Select(k => k.ToString())];
        InputShape = inputs.shape[1..];
    }

    /// <summary>Shape [N, C, H, W] of unsigned bytes (images), or floating point of shape [N, ...].</summary>
    /// <exception cref="ObjectDisposedException">The dataset, or this tensor, has been disposed.</exception>
    public Tensor Inputs => Alive(inputs);

    /// <summary>Shape [N], 64-bit integers in [0, <see cref="Classes"/>).</summary>
    /// <exception cref="ObjectDisposedException">The dataset, or this tensor, has been disposed.</exception>
    public Tensor Labels => Alive(labels);

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>A short name for reports.</summary>
    public string Name { get; }

    /// <summary>One name per class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of samples, N.</summary>
    public long Count => Labels.shape[0];

    /// <summary>Shape of one sample, without N: [C, H, W] for images.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>Whether the samples are images: unsigned bytes of shape [N, C, H, W].</summary>
    public bool IsImage => Inputs.dtype == ScalarType.Byte;

    /// <summary>The samples at <paramref name="indices"/>, in that order, as a new dataset with its own memory.</summary>
    /// <exception cref="ArgumentException">No indices, or one outside [0, <see cref="Count"/>).</exception>
    public ClassificationDataset Subset(IReadOnlyList<long> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        long[] chosen = [.. indices];
        DatasetChecks.InRange(chosen, Count, Name);
        using var scope = NewDisposeScope();
        var index = tensor(chosen, device: Inputs.device);
        return new(Inputs.index_select(0, index), Labels.index_select(0, index), Classes, Name, ClassNames);
    }

    /// <summary>A random part of the dataset with as equal numbers of every class as the data allow, in the original order.</summary>
    /// <param name="count">Number of samples, in [1, <see cref="Count"/>].</param>
    /// <param name="seed">The same seed takes the same samples.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is outside its range.</exception>
    public ClassificationDataset Take(long count, long seed = 0)
    {
        if (count < 1 || count > Count)
            throw new ArgumentOutOfRangeException(
                nameof(count), $"Cannot take {count} of the {Count} samples of '{Name}'; ask for 1 to {Count}.");
        using var generator = new Generator((ulong)seed, CPU);
        long[] labels = Host.Numbers<long>(Labels);
        var taken = new long[Classes];
        // Rank of a sample among the shuffled samples of its own class: the lowest ranks are one sample of each class in turn.
        long[] chosen = [.. SampleOrder.Shuffle(labels.Length, generator)
            .Select(i => (Index: i, Rank: taken[labels[i]]++))
            .OrderBy(s => s.Rank).Take((int)count).Select(s => s.Index).Order()];
        return Subset(chosen);
    }

    /// <summary>Images of another size, each pixel the area-weighted average of the source pixels that it covers, rounded.</summary>
    /// <param name="height">New height in pixels, at least 1.</param>
    /// <param name="width">New width in pixels, at least 1.</param>
    /// <exception cref="InvalidOperationException">The samples are not images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public ClassificationDataset Resize(int height, int width)
    {
        if (!IsImage)
            throw new InvalidOperationException(
                $"'{Name}' holds {Inputs.dtype} samples of shape [{string.Join(", ", InputShape)}]; only images (Byte, [N, C, H, W]) " +
                "can be resized.");
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using var scope = NewDisposeScope();
        return new(AreaResize.Apply(Inputs, height, width), Labels.clone(), Classes, Name, ClassNames);
    }

    /// <summary>Mean and standard deviation of each channel over all pixels of all samples, on the 0..1 scale for images.</summary>
    /// <remarks>Population standard deviation. Floating-point samples are taken at their own scale; their channels are dimension
    /// 1.</remarks>
    /// <exception cref="InvalidOperationException">A channel is constant and cannot be normalised.</exception>
    public Normalization MeasureNormalization() => ChannelStatistics.Measure(this);

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        inputs.Dispose();
        labels.Dispose();
    }

    private Tensor Alive(Tensor tensor) => DatasetChecks.Alive(tensor, Name);
}
