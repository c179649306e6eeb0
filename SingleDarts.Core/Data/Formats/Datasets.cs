using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Opens data of any supported format by looking at it, and takes datasets of TorchSharp.</summary>
public static class Datasets
{
    private const string Formats =
        "a CIFAR binary folder or .bin file, an IDX images file or a folder of IDX files (labels beside the images), " +
        "or a folder with one subfolder of JPEG or PNG files per class";

    /// <summary>Recognises the format of <paramref name="path"/> and loads it.</summary>
    /// <remarks>
    /// Of a folder that holds a training and a test part (CIFAR, IDX, or image folders <c>train</c> and <c>test</c>), the training part
    /// is loaded;
    /// name the test file or folder itself to load that. The labels of an IDX images file are looked for beside it, under the same name
    /// with
    /// <c>labels</c> for <c>images</c> and <c>idx1</c> for <c>idx3</c>, with or without <c>.gz</c>.
    /// </remarks>
    /// <param name="path">A file or a folder.</param>
    /// <param name="images">How to read an image folder; without meaning for other formats.</param>
    /// <param name="progress">Told decoded images, for image folders.</param>
    /// <param name="cancellation">Stops the loading of an image folder.</param>
    /// <exception cref="FileNotFoundException">The path or a file that belongs to it does not exist.</exception>
    /// <exception cref="InvalidDataException">No supported format, or the data are damaged: the file is named.</exception>
    public static ClassificationDataset Open(
        string path, ImageFolderOptions? images = null, IProgress<LoadProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileBehind.RefuseBroken(path);
        if (File.Exists(path))
            return OpenFile(path);
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"'{path}' does not exist; expected {Formats}.", path);
        if (Holds(path, "data_batch_1.bin") || Holds(path, "cifar-10-batches-bin"))
            return CifarBinary.Load10(path);
        if (Holds(path, "train.bin") || Holds(path, "cifar-100-binary"))
            return CifarBinary.Load100(path);
        if (Directory.EnumerateFiles(path, "train*images*").Order(StringComparer.Ordinal)
            .FirstOrDefault(f => LabelsBeside(f) is not null) is { } idx)
            return OpenIdx(idx);
        string train = Path.Combine(path, "train");
        FileBehind.RefuseBroken(train);
        if (Directory.Exists(train))
            return ImageFolder.Load(train, images, progress, cancellation);
        return Directory.EnumerateDirectories(path).Any()
            ? ImageFolder.Load(path, images, progress, cancellation)
            : throw new InvalidDataException($"The folder '{path}' holds no data of a known format; expected {Formats}.");
    }

    /// <summary>ImageNet, or any data in its layout, read from disk while it is used: <c>&lt;path&gt;/train/&lt;class&gt;</c> and
    /// <c>&lt;path&gt;/val/&lt;class&gt;</c>.</summary>
    /// <param name="path">The folder that holds <c>train</c> and <c>val</c>.</param>
    /// <param name="train">The training images with <see cref="ImageFolderSourceOptions.ImageNetTraining"/>, or the validation images with
    /// <see cref="ImageFolderSourceOptions.ImageNetTest"/>.</param>
    /// <param name="device">Where batches are put.</param>
    /// <param name="dtype">Floating-point type of the batches.</param>
    /// <param name="options">Instead of those that <paramref name="train"/> means.</param>
    /// <exception cref="DirectoryNotFoundException">The folder, or the wanted one in it, does not exist: what is there is
    /// named.</exception>
    /// <exception cref="InvalidDataException">Fewer than two class folders, a class without images, or other classes in <c>val</c> than in
    /// <c>train</c>.</exception>
    public static ImageFolderSource ImageNet(
        string path, bool train, Device device, ScalarType dtype = ScalarType.Float32, ImageFolderSourceOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string folder = Path.Combine(path, train ? "train" : "val"), other = Path.Combine(path, train ? "val" : "train");
        FileBehind.RefuseBroken(folder);
        if (!Directory.Exists(folder))
        {
            string found = !Directory.Exists(path) ? "does not exist"
                : ImageFolderListing.ClassesIn(path) is { Length: > 0 } names
                    ? $"holds {names.Length} folders ({Quoted.Of(names[0])} to {Quoted.Of(names[^1])})" : "holds no folders";
            throw new DirectoryNotFoundException(
                $"'{path}' {found}, expected '{Path.GetFileName(folder)}' with one subfolder of images per class; " +
                $"if the class folders are in '{path}' itself, use {nameof(ImageFolderSource)}.");
        }
        var source = new ImageFolderSource(
            folder, options ?? (train ? ImageFolderSourceOptions.ImageNetTraining : ImageFolderSourceOptions.ImageNetTest), device, dtype);
        // Labels are places in the order of the names, so one folder more or less would move them all.
        if (Directory.Exists(other) && ImageFolderListing.ClassesIn(other) is { Length: > 0 } others &&
            MatchingData.ClassFault($"'{folder}'", source.Classes, source.ClassNames, $"'{other}'", others.Length, others) is { } fault)
            throw new InvalidDataException(fault);
        return source;
    }

    /// <summary>A dataset of TorchSharp whose samples are dictionaries, read one at a time while it is used.</summary>
    /// <param name="dataset">
    /// Gives inputs [C, H, W] of Byte or [...] of floating point, all of one shape and type, and labels of one integer. Only one
    /// thread at a time
    /// asks it. It stays the caller's to dispose.
    /// </param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="transform">Applied to every batch; without one, samples are only converted to floating point.</param>
    /// <param name="inputKey">Entry of the input.</param>
    /// <param name="labelKey">Entry of the label.</param>
    /// <exception cref="ArgumentException">No samples, or fewer than two classes.</exception>
    /// <exception cref="InvalidDataException">A sample is of another shape or type, or its label is out of range; at once for the first
    /// sample, for others when they are read. The sample is named.</exception>
    public static IBatchSource From(
        utils.data.Dataset dataset, int classes, IBatchTransform? transform = null, string inputKey = "data", string labelKey = "label")
    {
        return From(dataset, classes, sample => (Entry(sample, inputKey), Entry(sample, labelKey)), transform);

        Tensor Entry(Dictionary<string, Tensor> sample, string key) => sample.GetValueOrDefault(key) ?? throw new InvalidDataException(
            $"A sample of '{dataset.GetType().Name}' has no '{key}', it has '{string.Join("', '", sample.Keys)}'; name its entries with " +
            $"{nameof(inputKey)} and {nameof(labelKey)}.");
    }

    /// <summary>A dataset of TorchSharp whose samples are lists of input and label, read one at a time while it is used.</summary>
    /// <inheritdoc cref="From(utils.data.Dataset, int, IBatchTransform, string, string)"/>
    public static IBatchSource From(utils.data.IterableDataset dataset, int classes, IBatchTransform? transform = null) =>
        From(dataset, classes, sample => sample is [var input, var label] ? (input, label) : throw new InvalidDataException(
            $"A sample of '{dataset.GetType().Name}' has {sample.Count} tensors; expected 2, input and label."), transform);

    /// <summary>Any dataset of TorchSharp, read one sample at a time while it is used.</summary>
    /// <typeparam name="T">What the dataset gives for a sample.</typeparam>
    /// <param name="dataset">
    /// Gives inputs [C, H, W] of Byte or [...] of floating point, all of one shape and type, and labels of one integer. Only one
    /// thread at a time
    /// asks it. It stays the caller's to dispose.
    /// </param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="read">Input and label of a sample.</param>
    /// <param name="transform">Applied to every batch; without one, samples are only converted to floating point.</param>
    /// <param name="classNames">One name per class; not known if null.</param>
    /// <exception cref="ArgumentException">No samples, fewer than two classes, or a number of names that is not that of the
    /// classes.</exception>
    /// <exception cref="InvalidDataException">A sample is of another shape or type, or its label is out of range; at once for the first
    /// sample, for others when they are read. The sample is named.</exception>
    public static IBatchSource From<T>(
        utils.data.Dataset<T> dataset, int classes, Func<T, (Tensor Input, Tensor Label)> read, IBatchTransform? transform = null,
        IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(read);
        TorchRuntime.EnsureLoaded();
        return new SampleSource<T>(dataset, classes, read, transform, classNames);
    }

    private static ClassificationDataset OpenFile(string path)
    {
        if (!Path.GetExtension(path).Equals(".bin", StringComparison.OrdinalIgnoreCase))
            return OpenIdx(path);
        // A CIFAR-100 record has one byte more; lengths that fit both are told apart by the official names.
        long length = FileBehind.Of(path).Length;
        bool fine = length % 3074 == 0 && (length % 3073 != 0 || Path.GetFileName(path) is "train.bin" or "test.bin");
        return fine ? CifarBinary.Load100(path) : CifarBinary.Load10(path);
    }

    private static ClassificationDataset OpenIdx(string images)
    {
        if (!Path.GetFileName(images).Contains("images"))
            throw new InvalidDataException($"'{images}' is of no known format; expected {Formats}.");
        return LabelsBeside(images) is { } labels
            ? IdxFiles.Load(images, labels)
            : throw new FileNotFoundException(
                $"The labels of '{images}' were not found beside it; expected '{LabelsName(images)}', or load both with " +
            $"{nameof(IdxFiles)}.{nameof(IdxFiles.Load)}.");
    }

    private static string LabelsName(string images) => Path.GetFileName(images).Replace("images", "labels").Replace("idx3", "idx1")
        .Replace("idx4", "idx1");

    private static string? LabelsBeside(string images)
    {
        string labels = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(images))!, LabelsName(images));
        return new[] { labels, labels + ".gz", Path.ChangeExtension(labels, null) }.FirstOrDefault(File.Exists);
    }

    private static bool Holds(string folder, string name) => Path.Exists(Path.Combine(folder, name));
}
