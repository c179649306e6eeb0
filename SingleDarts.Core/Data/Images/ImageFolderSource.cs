using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The images of a folder that does not fit into memory, for example ImageNet: <c>&lt;path&gt;/&lt;class&gt;/&lt;name&gt;.jpg</c>,
/// <c>.jpeg</c> or <c>.png</c>, read when they are asked for. Classes and files are in the order of their names' code points, as Python
/// sorts them; names that start with a dot are skipped.
/// </summary>
/// <remarks>
/// Only file names are kept, and only as many images are decoded at a time as <see cref="ImageFolderSourceOptions.Parallelism"/> says.
/// Crops are resampled with a triangle filter that widens where the image shrinks, as Pillow's <c>BILINEAR</c> and so torchvision do.
/// <see cref="Get"/> starts workers of its own and may be called on any thread, by one caller at a time.
/// </remarks>
public sealed class ImageFolderSource : IBatchSource
{
    private readonly ImageFolderListing listing;
    private readonly ImageFolderSourceOptions options;
    private readonly ImageReader reader;
    private readonly Device device;
    private readonly ScalarType dtype;
    private readonly ConcurrentDictionary<int, string> faults = [];

    /// <summary>Lists the files; opens none of them.</summary>
    /// <param name="path">The folder that holds the class folders.</param>
    /// <param name="options">How to read, for example <see cref="ImageFolderSourceOptions.ImageNetTraining"/>.</param>
    /// <param name="device">Where batches are put.</param>
    /// <param name="dtype">Floating-point type of the batches; images are computed in 32 bits.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">Fewer than two class folders, or a class without images.</exception>
    /// <exception cref="ArgumentException">An option out of its range.</exception>
    public ImageFolderSource(string path, ImageFolderSourceOptions options, Device device, ScalarType dtype = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(device);
        DatasetChecks.TrainableType(dtype);
        if (options.Parallelism < 0)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Parallelism, "Expected a Parallelism of at least 1, or 0 for one image per processor core.");
        if (options.MaxPixels is < 1 or > ImageFile.LargestPixels)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.MaxPixels, $"Expected MaxPixels of 1 to {ImageFile.LargestPixels}.");
        if (options.Normalization is { } n && n.Mean.Count != 3)
            throw new ArgumentException($"Found a normalisation of {n.Mean.Count} channels, expected 3: images are red, green and blue.",
                nameof(options));
        TorchRuntime.EnsureLoaded();
        listing = ImageFolderListing.Of(path);
        reader = new(options);
        (this.options, this.device, this.dtype) = (options, device, dtype);
        Name = Path.GetFileName(listing.Root);
        InputShape = [3, options.Crop.Size.Height, options.Crop.Size.Width];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => listing.Count;

    /// <inheritdoc/>
    public int Classes => listing.ClassNames.Length;

    /// <summary>The names of the class folders, in the order of their labels.</summary>
    public IReadOnlyList<string> ClassNames => listing.ClassNames;

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>Pixels from 0 to 1, or normalised with <see cref="ImageFolderSourceOptions.Normalization"/>.</summary>
    public string ValueScale => Data.ValueScale.Of(isImage: true, 1, options.Normalization);

    /// <summary>The images at <paramref name="indices"/>, decoded, cropped and transformed.</summary>
    /// <param name="indices">At least one index in [0, <see cref="Count"/>).</param>
    /// <param name="generator">A CPU generator. It gives one 64-bit seed per image before the work begins, so that the batch does not
    /// depend on
    /// <see cref="ImageFolderSourceOptions.Parallelism"/>.</param>
    /// <exception cref="ArgumentException">No indices, or one outside the range.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or larger than <see cref="ImageFolderSourceOptions.MaxPixels"/>; with
    /// <see cref="ImageFaults.Skip"/>, all files of its class are.</exception>
    /// <exception cref="IOException">A file cannot be read; this is never skipped.</exception>
    /// <exception cref="InvalidOperationException">SkiaSharp's native library is missing or of another version, or the crop chose a part
    /// outside the image.</exception>
    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator)
    {
        DatasetChecks.InRange(indices, Count, Name);
        using var scope = NewDisposeScope();
        long[] wanted = indices.ToArray();
        long[] seeds = Host.Numbers<long>(randint(0, long.MaxValue, [wanted.Length], ScalarType.Int64, CPU, generator: generator));
        var images = empty([wanted.Length, .. InputShape], ScalarType.Float32);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism > 0 ? options.Parallelism
            : Environment.ProcessorCount };
        try
        {
            Parallel.For(0, wanted.Length, limits, i =>
            {
                using var target = images.narrow(0, i, 1);
                Read((int)wanted[i], (ulong)seeds[i], MemoryMarshal.Cast<byte, float>(Host.Bytes(target)));
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        var labels = tensor(Array.ConvertAll(wanted, i => (long)listing.LabelOf((int)i)), ScalarType.Int64);
        return new(Host.Send(images.to(dtype), device).MoveToOuterDisposeScope(), Host.Send(labels, device).MoveToOuterDisposeScope());
    }

    /// <summary>Nothing is held, so nothing is freed.</summary>
    public void Dispose()
    {
    }

    private void Read(int index, ulong seed, Span<float> planes)
    {
        if (TryRead(index, seed, planes))
            return;
        int label = listing.LabelOf(index);
        var (first, count) = listing.FilesOf(label);
        int start = new SplitMixRandom(~seed).Next(count);
        for (int k = 0; k < count; k++)
            if (TryRead(first + (start + k) % count, seed, planes))
                return;
        throw new InvalidDataException(
            $"None of the {count} images of class {Quoted.Of(listing.ClassNames[label])} in '{listing.Root}' can be read, " +
            $"so there is none to take instead. One of them: {faults[index]}");
    }

    private bool TryRead(int index, ulong seed, Span<float> planes)
    {
        if (faults.ContainsKey(index))
            return false;
        try
        {
            reader.Read(listing.PathOf(index), new SplitMixRandom(seed), planes);
            return true;
        }
        catch (InvalidDataException e) when (options.Faults == ImageFaults.Skip)
        {
            if (faults.TryAdd(index, e.Message))
                options.OnSkipped?.Invoke(e.Message);
            return false;
        }
    }
}
