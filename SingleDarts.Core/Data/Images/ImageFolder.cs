using System.Runtime.ExceptionServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// A folder with one subfolder of JPEG or PNG files per class: <c>&lt;path&gt;/&lt;class&gt;/&lt;name&gt;.jpg</c>, <c>.jpeg</c> or
/// <c>.png</c>. Classes and files are in the order of their names' code points, as Python sorts them; names that start with a dot
/// are skipped.
/// </summary>
public static class ImageFolder
{
    private const int ProgressSteps = 200;

    /// <summary>Loads all images as [N, C, H, W] of unsigned bytes, C = 3 (red, green, blue) or 1.</summary>
    /// <remarks>
    /// Images are decoded in parallel and the result is kept in one cache file, which is used as long as names, sizes and times of all
    /// files
    /// (behind symbolic links) and the options stay the same. Transparency is composed over black; colour profiles and EXIF rotation are
    /// not applied.
    /// </remarks>
    /// <param name="path">The folder that holds the class folders.</param>
    /// <param name="options">How to read; defaults if null.</param>
    /// <param name="progress">Told the number of decoded images about 200 times, on any thread; told the end at once on a load from the
    /// cache.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">A class or an image is a symbolic link to nothing, or its name is not UTF-8.</exception>
    /// <exception cref="InvalidDataException">Fewer than two class folders, a class without images, an unreadable image, images of
    /// different sizes without <see cref="ImageFolderOptions.Resize"/>, or more than <see cref="ReadLimits.TensorBytes"/> or
    /// <see cref="ImageFolderOptions.MaxPixels"/>: the file is named.</exception>
    /// <exception cref="InvalidOperationException">SkiaSharp's native library is missing or of another version.</exception>
    public static ClassificationDataset Load(
        string path, ImageFolderOptions? options = null, IProgress<LoadProgress>? progress = null, CancellationToken cancellation = default)
    {
        TorchRuntime.EnsureLoaded();
        options ??= new();
        if (options.Resize is { } size && (size.Height < 1 || size.Width < 1))
            throw new ArgumentOutOfRangeException(nameof(options), size, "Expected a Resize of at least 1 x 1 pixels.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.Parallelism, nameof(options));
        if (options.MaxPixels is < 1 or > ImageFile.LargestPixels)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.MaxPixels, $"Expected MaxPixels of 1 to {ImageFile.LargestPixels}.");
        var listing = ImageFolderListing.Of(path);
        using var scope = NewDisposeScope();
        var images = LoadImages(listing, options, progress, cancellation);
        var labels = tensor([.. Enumerable.Range(0, listing.Count).Select(i => (long)listing.LabelOf(i))], ScalarType.Int64);
        return new(images, labels, listing.ClassNames.Length, Path.GetFileName(listing.Root), listing.ClassNames);
    }

    private static Tensor LoadImages(
        ImageFolderListing listing, ImageFolderOptions options, IProgress<LoadProgress>? progress, CancellationToken cancellation)
    {
        if (!options.UseCache || (options.CacheFolder ?? ImageCache.DefaultFolder) is not { } folder)
            return DecodeAll(listing, options, progress, cancellation);
        string key = $"{listing.Root}|{options.Resize}|{options.Grayscale}";
        var cache = new ImageCache(folder, key, listing.Fingerprint());
        if (cache.TryRead(listing.Count) is { } cached)
        {
            progress?.Report(new(listing.Count, listing.Count));
            return cached;
        }
        var images = DecodeAll(listing, options, progress, cancellation);
        cache.TryWrite(images);
        return images;
    }

    private static Tensor DecodeAll(
        ImageFolderListing listing, ImageFolderOptions options, IProgress<LoadProgress>? progress, CancellationToken cancellation)
    {
        int count = listing.Count;
        var budget = new PixelBudget(options.MaxPixels);
        using var first = ImageDecoder.Decode(listing.PathOf(0), options, budget);
        long[] shape = first.shape;
        ReadLimits.TensorBytes.Require((Int128)count * first.numel(),
            $"The data set of {count} images of {shape[2]} x {shape[1]} pixels in '{listing.Root}'");
        var images = empty([count, .. shape], ScalarType.Byte);
        int done = 0;
        int step = Math.Max(1, count / ProgressSteps);
        var limits = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = options.Parallelism > 0 ? options.Parallelism : Environment.ProcessorCount,
        };
        try
        {
            Parallel.For(0, count, limits, i =>
            {
                string file = listing.PathOf(i);
                using var image = ImageDecoder.Decode(file, options, budget);
                if (!image.shape.SequenceEqual(shape))
                    throw new InvalidDataException(
                        $"'{file}' has {image.shape[2]} x {image.shape[1]} pixels, expected {shape[2]} x {shape[1]} as in " +
                        $"'{listing.PathOf(0)}'; set {nameof(ImageFolderOptions)}.{nameof(ImageFolderOptions.Resize)} to bring all " +
                        "images to one size.");
                using (var target = images.narrow(0, i, 1))
                    Host.Bytes(image).CopyTo(Host.Bytes(target));
                int now = Interlocked.Increment(ref done);
                if (now % step == 0 || now == count)
                    progress?.Report(new(now, count));
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return images;
    }
}
