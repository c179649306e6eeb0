namespace SingleDarts.Core.Data;

/// <summary>Brings images of any size to one size: says which part of an image is taken. Cutting out and resizing are left to
/// <see cref="ImageFolderSource"/>.</summary>
public interface IImageCrop
{
    /// <summary>Size of every result, in pixels.</summary>
    (int Height, int Width) Size { get; }

    /// <summary>The part of one image to take. Called from several threads at the same time.</summary>
    /// <param name="height">Rows of the image, at least 1.</param>
    /// <param name="width">Columns of the image, at least 1.</param>
    /// <param name="random">The only source of randomness, for this image alone.</param>
    /// <returns>A rectangle inside the image.</returns>
    CropWindow Choose(int height, int width, Random random);
}
