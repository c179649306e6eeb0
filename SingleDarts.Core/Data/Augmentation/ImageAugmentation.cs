using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The usual augmentation of small images, for a whole batch at once and on its device, in this order: horizontal flip, random crop
/// from the zero-padded image, scale to 0..1, normalisation, cutout.
/// </summary>
/// <remarks>Images are unsigned bytes or floating point of shape [N, C, H, W]; floating-point images are taken to be on the 0..1
/// scale already. Flip and crop move whole pixels, so they are exact.</remarks>
public sealed record ImageAugmentation : IBatchTransform
{
    private int cropPadding;
    private int cutoutLength;

    /// <summary>Mirror each image left to right with probability 1/2.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Black pixels added at each border before a crop of the original size at a uniformly drawn offset; 0 for no crop.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative value.</exception>
    public int CropPadding
    {
        get => cropPadding;
        init => cropPadding = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected CropPadding of at least 0 pixels.");
    }

    /// <summary>Side in pixels of the square that is set to 0 after normalisation; 0 for no cutout. Its centre is uniform over the
    /// pixels, and what lies outside the image is clipped (DeVries and Taylor 2017, arXiv:1708.04552).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative value.</exception>
    public int CutoutLength
    {
        get => cutoutLength;
        init => cutoutLength = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected CutoutLength of at least 0 pixels.");
    }

    /// <summary>Statistics to normalise with, one value per channel; without them images are only scaled to 0..1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Scale to 0..1 and nothing else.</summary>
    public static ImageAugmentation None { get; } = new();

    /// <summary>The search transform of NAS-Bench-201 on CIFAR-10: flip, crop with padding 4, normalisation, no cutout
    /// (AutoDL-Projects, <c>get_dataset_with_transform.py</c>).</summary>
    public static ImageAugmentation Cifar10Search { get; } =
        new() { HorizontalFlip = true, CropPadding = 4, Normalization = Normalization.Cifar10 };

    /// <summary>The training transform of DARTS for the networks of CIFAR-10: flip, crop with padding 4, normalisation, cutout of 16
    /// (DARTS, <c>utils.py</c> with <c>--cutout</c>; its statistics differ from <see cref="Normalization.Cifar10"/> by less than
    /// 0.0003).</summary>
    public static ImageAugmentation Cifar10Training { get; } = Cifar10Search with { CutoutLength = 16 };

    /// <summary>Scale and normalise, for evaluation.</summary>
    public static ImageAugmentation NormalizeOnly(Normalization normalization) => new() { Normalization = normalization };

    /// <summary>Scale and normalise, without flip, crop and cutout.</summary>
    public IBatchTransform ForEvaluation() => this with { HorizontalFlip = false, CropPadding = 0, CutoutLength = 0 };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch does not hold images, or their channels are not those of
    /// <see cref="Normalization"/>.</exception>
    public Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.dim() != 4 || (inputs.dtype != ScalarType.Byte && !inputs.is_floating_point()))
            throw new ArgumentException($"Found a batch of type {inputs.dtype} and shape {DatasetChecks.Shape(inputs)}; " +
                "ImageAugmentation takes images of type Byte or floating point and shape [N, C, H, W]. Use no transform for other samples.",
                    nameof(inputs));
        if (Normalization is { } n && n.Mean.Count != inputs.shape[1])
            throw new ArgumentException($"Found images of {inputs.shape[1]} channels and a normalisation of {n.Mean.Count}; " +
                "use the statistics of this dataset, for example from MeasureNormalization().", nameof(inputs));
        using var scope = NewDisposeScope();
        var images = HorizontalFlip || CropPadding > 0 ? FlipAndCrop(inputs, generator) : inputs;
        // Below 32 bits the scaled value would be rounded twice, so the arithmetic is in float32.
        var result = Normalize(images, inputs.dtype == ScalarType.Byte ? 255 : 1, dtype == ScalarType.Float64 ? dtype : ScalarType.Float32);
        if (CutoutLength > 0)
            result.masked_fill_(Host.Send(CutoutMask(inputs.shape, generator), inputs.device), Scalars.Zero);
        return result.to(dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public string ValueScale(bool isImage) => Data.ValueScale.Of(isImage, 1, Normalization);

    private Tensor FlipAndCrop(Tensor images, Generator generator)
    {
        var (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var flips = HorizontalFlip ? Draw(2, n, generator) : zeros(n, 1, ScalarType.Int64);
        var top = Draw(2 * CropPadding + 1, n, generator);
        var left = Draw(2 * CropPadding + 1, n, generator);

        var rows = top.Plus(TensorArithmetic.Range(h));
        var columns = left.Plus(TensorArithmetic.Range(w));
        // The padding is symmetric, so mirroring the padded image is padding the mirrored one.
        columns = where(flips.gt(Scalars.Zero), columns.negative().Plus(w + 2 * CropPadding - 1), columns);
        var pixels = rows.unsqueeze(2).Times(w + 2 * CropPadding).Plus(columns.unsqueeze(1)).view(n, 1, h * w);
        var padded = nn.functional.pad(images, [CropPadding, CropPadding, CropPadding, CropPadding]);
        return padded.flatten(2).gather(2, Host.Send(pixels, images.device).expand(n, c, h * w)).view(n, c, h, w);
    }

    private Tensor Normalize(Tensor images, double scale, ScalarType dtype)
    {
        var result = images.to(dtype, copy: true);
        // By a tensor of the device: CUDA multiplies by the rounded reciprocal of a number of the host.
        if (Normalization is null)
            return result.div_(TensorArithmetic.Filled([], scale, dtype, images.device));
        var (mean, deviation) = Normalization.On(images.device, dtype, scale);
        return result.sub_(mean).div_(deviation);
    }

    private Tensor CutoutMask(long[] shape, Generator generator)
    {
        Tensor Inside(long size)
        {
            var start = Draw(size, shape[0], generator).Minus(CutoutLength / 2);
            var pixel = TensorArithmetic.Range(size);
            return (pixel >= start).logical_and(pixel < start.Plus(CutoutLength));
        }

        var rows = Inside(shape[2]);
        var columns = Inside(shape[3]);
        return rows.unsqueeze(2).logical_and(columns.unsqueeze(1)).unsqueeze(1);
    }

    /// <summary>[n, 1] integers, uniform in [0, <paramref name="high"/>).</summary>
    private static Tensor Draw(long high, long n, Generator generator) =>
        randint(high, [n, 1], ScalarType.Int64, CPU, generator: generator);
}
