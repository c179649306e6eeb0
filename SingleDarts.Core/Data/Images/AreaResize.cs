using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Area-averaging resize: separable, so two matrix products.</summary>
internal static class AreaResize
{
    private const long ValuesPerChunk = 1 << 22;

    public static Tensor Apply(Tensor images, int height, int width)
    {
        using var scope = NewDisposeScope();
        var rows = Overlaps(images.shape[2], height, images.device);
        var columns = Overlaps(images.shape[3], width, images.device).t();
        long perImage = images.shape[1] * Math.Max(images.shape[2] * images.shape[3], (long)height * width);
        Tensor Resize(Tensor part)
        {
            using var inner = NewDisposeScope();
            return rows.matmul(part.to(ScalarType.Float64)).matmul(columns).round().to(ScalarType.Byte).MoveToOuterDisposeScope();
        }

        // A large image channel by channel, so that its float64 takes 8 bytes a pixel.
        var chunks = images.split(Math.Max(1, ValuesPerChunk / perImage)).Select(chunk =>
            perImage > ValuesPerChunk ? cat([.. chunk.split(1, 1).Select(Resize)], 1) : Resize(chunk));
        return cat([.. chunks]).MoveToOuterDisposeScope();
    }

    /// <summary>Memory that the weights take while they are made: five matrices [target, source] of float64 for each axis.</summary>
    public static long BytesOfWeights(ImageHeader image, (int Height, int Width)? resized) =>
        resized is { } size ? 5 * sizeof(double) * ((long)image.Height * size.Height + (long)image.Width * size.Width) : 0;

    /// <summary>[target, source]: the share of each source pixel in each target pixel; rows sum to 1.</summary>
    private static Tensor Overlaps(long source, long target, Device device)
    {
        double ratio = (double)source / target;
        var start = TensorArithmetic.Range(target, ScalarType.Float64).Times(ratio).unsqueeze(1);
        var pixel = TensorArithmetic.Range(source, ScalarType.Float64).unsqueeze(0);
        var overlap = minimum(start.Plus(ratio), pixel.Plus(1L)) - maximum(start, pixel);
        return overlap.AtLeast(0).Over(ratio).to(device);
    }
}
