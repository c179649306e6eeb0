using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A linear map L without weights that candidates apply to a node: the identity or one average pooling.</summary>
/// <param name="Pooling">The pooling, or <see langword="null"/> for the identity.</param>
internal sealed record LinearMap(AveragePooling? Pooling)
{
    /// <summary>Whether the definition fits a module.</summary>
    /// <param name="module">A candidate's module.</param>
    public static bool Fits(nn.Module module) => module is Identity or AvgPool2d;

    /// <summary>What tells maps apart.</summary>
    /// <param name="module">A module that fits.</param>
    public static string Key(nn.Module module) => module is AvgPool2d pool ? new AveragePooling(pool).Key : "";

    /// <summary>The map of a module.</summary>
    /// <param name="module">A module that fits.</param>
    public static LinearMap Of(nn.Module module) => new(module is AvgPool2d pool ? new AveragePooling(pool) : null);

    /// <summary>v = L x.</summary>
    /// <param name="x">The node, [N, C, H, W].</param>
    public Tensor Forward(Tensor x) => Pooling?.Forward(x) ?? x;

    /// <summary>Lᵀ g.</summary>
    /// <param name="gradient">Of v.</param>
    /// <param name="x">The node.</param>
    public Tensor Backward(Tensor gradient, Tensor x) => Pooling?.Backward(gradient, x) ?? gradient;
}
