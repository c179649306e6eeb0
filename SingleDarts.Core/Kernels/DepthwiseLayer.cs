using static TorchSharp.torch;

namespace SingleDarts.Core.Kernels;

/// <summary>Weights and sizes of a depthwise convolution and the pointwise one that follows.</summary>
/// <param name="Depthwise">[C, 1, k, k]; null for a kernel 1×1 that takes each channel as it is.</param>
/// <param name="Pointwise">[C', C, 1, 1].</param>
/// <param name="OutChannels">C'.</param>
/// <param name="KernelSize">k.</param>
/// <param name="Stride">Stride of the depthwise convolution.</param>
/// <param name="Dilation">Distance of its taps.</param>
internal sealed record DepthwiseLayer(
    Tensor? Depthwise, Tensor Pointwise, int OutChannels, int KernelSize, int Stride, int Dilation);
