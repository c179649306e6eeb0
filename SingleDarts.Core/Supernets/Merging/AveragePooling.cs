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

    /// <summary>What tells poolings apart.</summary>
    public string Key => string.Join(' ', [
        .. kernel, .. stride, .. padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override]);

    /// <summary>L x.</summary>
    /// <param name="x">[N, C, H, W].</param>
    public Tensor Forward(Tensor x)
    {
        if (!IsFast(x))
            return nn.functional.avg_pool2d(x, kernel, stride, padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override);
        using Tensor share = Share(x);
        return Sum(x).mul_(share);
    }

    /// <summary>Lᵀ g.</summary>
    /// <param name="gradient">Of L x.</param>
    /// <param name="x">The input.</param>
    public Tensor Backward(Tensor gradient, Tensor x)
    {
        if (!IsFast(x))
            return nn.functional.avg_pool2d_backward(
                gradient, x, kernel, stride, padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override ?? 0);
        using Tensor share = Share(x);
        using Tensor scaled = gradient * share;
        return Sum(scaled);
    }

    private bool IsFast(Tensor x) => x.device.type == DeviceType.CPU && x.dtype == ScalarType.Float32 &&
        stride.All(s => s == 1) && kernel.Zip(padding).All(side => side.First == 2 * side.Second + 1);

    /// <summary>Sum over the window, without padding.</summary>
    private Tensor Sum(Tensor x)
    {
        using Tensor window = ones([x.shape[1], 1, .. kernel], x.dtype, x.device);
        return nn.functional.conv2d(x, window, padding: padding, groups: x.shape[1]);
    }

    /// <summary>1 / (number of pixels that a mean is over), [H, W].</summary>
    private Tensor Share(Tensor x)
    {
        Tensor Counts(int dimension)
        {
            long size = x.shape[2 + dimension], reach = padding[dimension];
            using Tensor place = arange(size, dtype: x.dtype);
            return (place.clamp_max(reach) + (size - 1 - place).clamp_max(reach)).add_(1);
        }
        if (pool.divisor_override is { } divisor)
            return full([1, 1], 1.0 / divisor, x.dtype);
        if (pool.count_include_pad)
            return full([1, 1], 1.0 / (kernel[0] * kernel[1]), x.dtype);
        using Tensor rows = Counts(0), columns = Counts(1);
        return rows.unsqueeze(1).mul(columns).reciprocal_();
    }
}
