using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>A merged convolution and its batch statistics: what stands between relu(x) and the mixture.</summary>
/// <param name="Values">y = W * relu(x), [N, m·C, H, W].</param>
/// <param name="Mean">Of each channel of y, [m·C].</param>
/// <param name="InverseDeviation">1 / √(variance + ε) of each channel of y, [m·C].</param>
internal readonly record struct NormalizedBranch(Tensor Values, Tensor Mean, Tensor InverseDeviation);
