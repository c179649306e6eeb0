using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>How <see cref="ImageFolder"/> reads its images.</summary>
public sealed record ImageFolderOptions
{
    private readonly long? maxPixels;

    /// <summary>Size that every image is brought to by area averaging, without keeping its aspect ratio.</summary>
    /// <value>Null by default: all images must have the same size.</value>
    public (int Height, int Width)? Resize { get; init; }

    /// <summary>One channel of luma (0.299 R + 0.587 G + 0.114 B, ITU-R BT.601) instead of red, green and blue.</summary>
    /// <value>False by default.</value>
    public bool Grayscale { get; init; }

    /// <summary>Whether decoded images are kept in, and taken from, a cache file.</summary>
    /// <value>True by default.</value>
    public bool UseCache { get; init; } = true;

    /// <summary>Folder of the cache files.</summary>
    /// <value>Null by default: <c>SingleDarts/images</c> in the user's local application data; no cache for a user without a home.</value>
    public string? CacheFolder { get; init; }

    /// <summary>Images decoded at the same time.</summary>
    /// <value>0 by default: one per processor core.</value>
    public int Parallelism { get; init; }

    /// <summary>Pixels that are decoded at the same time, by all threads together: a larger image is rejected by its header. A pixel takes
    /// 4 bytes while it is decoded, and up to 18 with <see cref="Resize"/>.</summary>
    /// <value><see cref="ReadLimits.ImagePixels"/> by default: 100 million.</value>
    public long MaxPixels
    {
        get => maxPixels ?? ReadLimits.ImagePixels.Value;
        init => maxPixels = value;
    }
}
