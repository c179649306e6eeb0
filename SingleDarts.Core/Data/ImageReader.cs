namespace SingleDarts.Core.Data;

/// <summary>From a file to the model's input, for one image.</summary>
internal sealed class ImageReader(ImageFolderSourceOptions options)
{
    /// <summary>Resizing is left to the decoder only as far as this many pixels remain for each that is needed, along each side.</summary>
    private const int ScalingGap = 2;

    public void Read(string file, Random random, Span<float> planes)
    {
        var (height, width) = options.Crop.Size;
        Crop(file, random, planes);
        foreach (var transform in options.Transforms)
            transform.Apply(planes, height, width, random);
        if (options.Normalization is { } statistics)
            for (int c = 0; c < 3; c++)
            {
                var (mean, deviation) = ((float)statistics.Mean[c], (float)statistics.StandardDeviation[c]);
                foreach (ref float value in planes.Slice(c * height * width, height * width))
                    value = (value - mean) / deviation;
            }
    }

    private void Crop(string file, Random random, Span<float> planes)
    {
        using var opened = ImageFile.Open(file, options.MaxPixels);
        var window = options.Crop.Choose(opened.Height, opened.Width, random);
        var size = options.Crop.Size;
        var resized = window.Resized ?? size;
        if (window.Top < 0 || window.Left < 0 || window.Height < 1 || window.Width < 1 || resized.Height < size.Height || resized.Width < size.Width
            || window.Height > opened.Height - window.Top || window.Width > opened.Width - window.Left)
            throw new InvalidOperationException($"{options.Crop} chose {window} of '{file}', an image of {opened.Width} x {opened.Height} pixels; " +
                $"expected a rectangle inside it, resized to at least {size.Width} x {size.Height}.");
        using var image = opened.Decode(DecodedSize(opened, window, resized));
        var (y, x) = ((double)image.Height / opened.Height, (double)image.Width / opened.Width);
        var rows = new ResampleAxis(image.Height, window.Top * y, window.Height * y, resized.Height, size.Height);
        var columns = new ResampleAxis(image.Width, window.Left * x, window.Width * x, resized.Width, size.Width);
        Resampler.Apply(image.Rgba, image.Width, rows, columns, planes);
    }

    private (int Height, int Width) DecodedSize(ImageFile image, CropWindow window, (int Height, int Width) resized)
    {
        int spare = Math.Min(window.Height / (ScalingGap * resized.Height), window.Width / (ScalingGap * resized.Width));
        return image.ScaledSize(!options.ScaledDecoding ? 1 : spare switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 });
    }
}
