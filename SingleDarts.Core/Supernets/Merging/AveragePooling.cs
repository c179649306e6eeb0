using SingleDarts.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Average pooling and its transpose. Where the pooling keeps the size, both are a depthwise convolution with ones beside a division by
/// the number of pixels under the window, which on the CPU takes a seventh of the time of libtorch's pooling.
/// </summary>
internal sealed class AveragePooling(AvgPool2d pool)
{
    private readonly long[] kernel = pool.kernel_size, stride = pool.stride ?? pool.kernel_size,
        padding = pool.padding ?? [.. pool.kernel_size.Select(_ => 0L)];
    private Tensor? window, share;
    private (long Channels, long Height, long Width) prepared;

    /// <summary>What tells poolings apart.</summary>
    public string Key => string.Join(' ', [
        .. kernel, .. stride, .. padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override]);

    /// <summary>L x.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public Tensor Forward(Tensor x)
    {
        if (!IsFast(x))
            return nn.functional.avg_pool2d(x, kernel, stride, padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override);
        Prepare(x);
        return Sum(x).mul_(share!);
    }

    /// <summary>Lᵀ g.</summary>
    /// <param name="gradient">Of L x.</param>
    /// <param name="x">The input.</param>
    public Tensor Backward(Tensor gradient, Tensor x)
    {
        if (!IsFast(x))
            return nn.functional.avg_pool2d_backward(
                gradient, x, kernel, stride, padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override ?? 0);
        Prepare(x);
        using Tensor scaled = gradient * share!;
        return Sum(scaled);
    }

    private bool IsFast(Tensor x) => x.device.type == DeviceType.CPU && x.dtype == ScalarType.Float32 &&
        stride.All(s => s == 1) && kernel.Zip(padding).All(side => side.First == 2 * side.Second + 1);

    /// <summary>Sum over the window, without padding.</summary>
    private Tensor Sum(Tensor x) => nn.functional.conv2d(x, window!, padding: padding, groups: x.shape[1]);

    /// <summary>Makes the ones of the window and the divisors for an input's size, once.</summary>
    private void Prepare(Tensor x)
    {
        var (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3]);
        if (prepared == (channels, height, width))
            return;
        using var scope = NewDisposeScope();
        window?.Dispose();
        share?.Dispose();
        window = ones([channels, 1, .. kernel], x.dtype).DetachFromDisposeScope();
        share = Share(height, width).to(x.dtype).DetachFromDisposeScope();
        prepared = (channels, height, width);
    }

    /// <summary>1 / (number of pixels that a mean is over), [H, W] or broadcast to it.</summary>
    private Tensor Share(long height, long width)
    {
        Tensor Counts(long size, long reach)
        {
            Tensor place = TensorArithmetic.Range(size, ScalarType.Float64);
            return place.AtMost(reach).Plus(place.negative().Plus(size - 1).AtMost(reach)).Plus(1L);
        }
        if (pool.divisor_override is { } divisor)
            return TensorArithmetic.Filled([1, 1], 1.0 / divisor, ScalarType.Float64);
        if (pool.count_include_pad)
            return TensorArithmetic.Filled([1, 1], 1.0 / (kernel[0] * kernel[1]), ScalarType.Float64);
        return Counts(height, padding[0]).unsqueeze(1).mul(Counts(width, padding[1])).reciprocal_();
    }
}
