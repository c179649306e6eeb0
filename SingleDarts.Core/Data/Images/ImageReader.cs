namespace SingleDarts.Core.Data;

/// <summary>From a file to the model's input, for one image.</summary>
internal sealed class ImageReader(ImageFolderSourceOptions options)
{
    private readonly PixelBudget budget = new(options.MaxPixels);

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
        using var opened = ImageFile.Open(file, budget);
        var window = options.Crop.Choose(opened.Height, opened.Width, random);
        var size = options.Crop.Size;
        var resized = window.Resized ?? size;
        if (window.Top < 0 || window.Left < 0 || window.Height < 1 || window.Width < 1 || resized.Height < size.Height
            || resized.Width < size.Width
            || window.Height > opened.Height - window.Top || window.Width > opened.Width - window.Left)
            throw new InvalidOperationException(
                $"{options.Crop} chose {window} of '{file}', an image of {opened.Width} x {opened.Height} pixels; " +
                $"expected a rectangle inside it, resized to at least {size.Width} x {size.Height}.");
        using var image = opened.Decode();
        var rows = new ResampleAxis(window.Top, window.Height, resized.Height, size.Height);
        var columns = new ResampleAxis(window.Left, window.Width, resized.Width, size.Width);
        Resampler.Apply(image.Rgba, image.Width, rows, columns, planes);
    }
}
