using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The convolutions of a <see cref="ConvolutionBlock"/> and their batch statistics: what stands between relu(x) and the
/// mixture.</summary>
/// <param name="Values">y = W * relu(x) of each group, [N, m·C, H, W]; nothing for those to be computed again.</param>
/// <param name="Means">Of each channel of y, [groups, m·C].</param>
/// <param name="InverseDeviations">1 / √(variance + ε) of each channel of y, [groups, m·C].</param>
internal readonly record struct NormalizedBranches(Tensor[] Values, Tensor Means, Tensor InverseDeviations)
{
    /// <summary>The tensors one after another.</summary>
    public IEnumerable<Tensor> Tensors => [Means, InverseDeviations, .. Values];
}
