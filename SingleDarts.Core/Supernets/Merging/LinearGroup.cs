using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The candidates that apply one linear map without weights to a node: the identity or one average pooling.</summary>
/// <param name="Terms">The candidates.</param>
/// <param name="Pooling">The pooling, or <see langword="null"/> for the identity.</param>
internal sealed record LinearGroup(IReadOnlyList<MergedTerm> Terms, AvgPool2d? Pooling)
{
    /// <summary>Whether the group's definition fits a module.</summary>
    public static bool Fits(nn.Module module) => module is Identity or AvgPool2d;

    /// <summary>What tells maps apart.</summary>
    public static string Key(nn.Module module) => module is AvgPool2d pool
        ? string.Join(' ', [.. pool.kernel_size, .. Stride(pool), .. Padding(pool), pool.ceil_mode, pool.count_include_pad, pool.divisor_override])
        : "identity";

    /// <summary>v = L x.</summary>
    /// <param name="x">The node, [N, C, H, W].</param>
    public Tensor Forward(Tensor x) => Pooling is null ? x : Pooling.call(x);

    /// <summary>Lᵀ g.</summary>
    /// <param name="gradient">Of v.</param>
    /// <param name="x">The node.</param>
    public Tensor Backward(Tensor gradient, Tensor x) => Pooling is null ? gradient : nn.functional.avg_pool2d_backward(
        gradient, x, Pooling.kernel_size, Stride(Pooling), Padding(Pooling), Pooling.ceil_mode, Pooling.count_include_pad,
        Pooling.divisor_override ?? 0);

    private static long[] Stride(AvgPool2d pool) => pool.stride ?? pool.kernel_size;

    private static long[] Padding(AvgPool2d pool) => pool.padding ?? [.. pool.kernel_size.Select(_ => 0L)];
}
