using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// IDX files, the format of MNIST (LeCun et al. 1998) and its successors: two zero bytes, a type byte, the number of dimensions, the
/// dimensions as big-endian 32-bit integers, then the values. Gzip is recognised by its first bytes, whatever the file's name.
/// </summary>
public static class IdxFiles
{
    /// <summary>Loads images [N, H, W] (as one channel) or [N, C, H, W] with their labels [N]; both files hold unsigned bytes.</summary>
    /// <param name="imagesPath">For example <c>train-images-idx3-ubyte.gz</c>.</param>
    /// <param name="labelsPath">For example <c>train-labels-idx1-ubyte.gz</c>.</param>
    /// <param name="classes">Number of classes; by default the largest label plus 1.</param>
    /// <param name="name">The dataset's name; by default the images' file name.</param>
    /// <param name="classNames">One name per class; by default the class numbers.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is empty, cut off, too long, damaged, of another type or dimension, or of more than
    /// <see cref="ReadLimits.TensorBytes"/>, the numbers of images and labels differ, or a label is out of range (its offset is
    /// named).</exception>
    public static ClassificationDataset Load(
        string imagesPath, string labelsPath, int? classes = null, string? name = null, IReadOnlyList<string>? classNames = null)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var images = IdxFile.Open(imagesPath, "images", 3, 4);
        using var labels = IdxFile.Open(labelsPath, "labels", 1, 1);
        if (images.Shape[0] != labels.Shape[0])
            throw new InvalidDataException($"'{imagesPath}' holds {images.Shape[0]} images and '{labelsPath}' {labels.Shape[0]} labels, " +
                "expected as many of each; check that both belong to the same part of the data.");
        byte[] values = Host.Numbers<byte>(labels.Read());
        int count = classes ?? Math.Max(2, values.Max() + 1);
        int wrong = Array.FindIndex(values, v => v >= count);
        if (wrong >= 0)
            throw new InvalidDataException($"'{labelsPath}' has label {values[wrong]} at index {wrong} (offset {labels.Start + wrong}" +
                $"{(labels.IsCompressed ? " after decompression" : "")}), expected 0 to {count - 1}; correct the file or the number of " +
                "classes.");
        var pixels = images.Read();
        if (images.Shape.Length == 3)
            pixels = pixels.unsqueeze(1);
        return new(pixels, tensor(values, ScalarType.Int64), count, name ?? Path.GetFileName(imagesPath), classNames);
    }
}
