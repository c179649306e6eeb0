using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Building blocks that the operations, stems and heads of the published spaces are made of.</summary>
public static class Blocks
{
    /// <summary>Batch normalisation with ε = 1e-5 and momentum 0.1, affine and tracking as the place says.</summary>
    /// <param name="context">The place; its output channels are normalised.</param>
    public static BatchNorm2d BatchNorm(OperationContext context) =>
        nn.BatchNorm2d(context.OutChannels, affine: context.Affine, track_running_stats: context.TrackRunningStatistics);

    /// <summary>ReLU, a square convolution that keeps the size but for the stride, batch normalisation.</summary>
    /// <param name="context">The place.</param>
    /// <param name="kernelSize">Odd kernel size k.</param>
    public static ReluConvBatchNorm ReluConvBatchNorm(OperationContext context, int kernelSize) => new(context, kernelSize);

    /// <summary>Average pooling 3×3 that leaves padding out of the mean, without normalisation (NAS-Bench-201).</summary>
    /// <param name="context">The place; channels are kept.</param>
    public static nn.Module<Tensor, Tensor> AveragePool3x3(OperationContext context) =>
        nn.AvgPool2d(3, stride: context.Stride, padding: 1, count_include_pad: false);

    /// <summary>Identity where the shape is kept, <see cref="FactorizedReduce"/> where the stride is 2.</summary>
    /// <param name="context">The place.</param>
    public static nn.Module<Tensor, Tensor> Skip(OperationContext context) =>
        context.KeepsShape ? nn.Identity() : new FactorizedReduce(context);

    /// <summary>Stem of NAS-Bench-201: Conv3×3 without bias and affine batch normalisation, no ReLU.</summary>
    /// <param name="context">Image channels in, channels of the first stage out.</param>
    public static nn.Module<Tensor, Tensor> ConvolutionStem(OperationContext context) => nn.Sequential(
        nn.Conv2d(context.InChannels, context.OutChannels, 3, padding: 1, bias: false),
        BatchNorm(context with { Affine = true, TrackRunningStatistics = true }));

    /// <summary>Head of NAS-Bench-201: affine BN, ReLU, global average pooling, linear classifier.</summary>
    /// <param name="context">Channels of the last stage in, classes out.</param>
    public static nn.Module<Tensor, Tensor> PooledLinearHead(OperationContext context) => nn.Sequential(
        nn.BatchNorm2d(context.InChannels),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(context.InChannels, context.OutChannels));
}
