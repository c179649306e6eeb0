using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>How <see cref="ImageFolderSource"/> reads its images and what it makes of them.</summary>
public sealed record ImageFolderSourceOptions
{
    private readonly long? maxPixels;

    /// <summary>Brings every image to one size; the first use of an image's random numbers.</summary>
    /// <value><see cref="ResizeCenterCrop"/> by default: 224 x 224 pixels of the image at 256.</value>
    public IImageCrop Crop { get; init; } = new ResizeCenterCrop();

    /// <summary>Changes that follow, in order.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<IImageTransform> Transforms { get; init; } = [];

    /// <summary>Statistics of the three channels to normalise with at the end; without them images are on the 0..1 scale.</summary>
    /// <value><see cref="Normalization.ImageNet"/> by default.</value>
    public Normalization? Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Images decoded at the same time.</summary>
    /// <value>0 by default: one per processor core.</value>
    public int Parallelism { get; init; }

    /// <summary>What happens to damaged files.</summary>
    /// <value><see cref="ImageFaults.Fail"/> by default.</value>
    public ImageFaults Faults { get; init; }

    /// <summary>Told each file that is skipped, once and from any thread: its name, what was wrong, and the remedy.</summary>
    /// <value>Null by default.</value>
    public Action<string>? OnSkipped { get; init; }

    /// <summary>Pixels that are decoded at the same time, by all threads together: a larger image is taken for damaged by its header. A
    /// pixel takes 4 bytes while it is decoded.</summary>
    /// <value><see cref="ReadLimits.ImagePixels"/> by default: 100 million.</value>
    public long MaxPixels
    {
        get => maxPixels ?? ReadLimits.ImagePixels.Value;
        init => maxPixels = value;
    }

    /// <summary>The training transform of DARTS on ImageNet (<c>train_imagenet.py</c>): <see cref="RandomResizedCrop"/> to 224,
    /// <see cref="HorizontalFlip"/>, <see cref="ColorJitter"/> of 0.4, 0.4, 0.4 and 0.2, normalisation.</summary>
    public static ImageFolderSourceOptions ImageNetTraining { get; } = new()
    {
        Crop = new RandomResizedCrop(),
        Transforms = [new HorizontalFlip(), new ColorJitter { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.2 }],
    };

    /// <summary>The test transform of DARTS on ImageNet: <see cref="ResizeCenterCrop"/> of 256 and 224, normalisation.</summary>
    public static ImageFolderSourceOptions ImageNetTest { get; } = new();
}
