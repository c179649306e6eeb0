using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Building blocks that the operations, stems and heads of the published spaces are made of.</summary>
public static class Blocks
{
    /// <summary>Batch normalisation with ε = 1e-5 and momentum 0.1, affine and tracking as the place says.</summary>
    /// <param name="context">The place; its output channels are normalised.</param>
    public static BatchNormalization BatchNorm(OperationContext context) =>
        new(Given.NotNull(context).OutChannels, context.Affine, context.TrackRunningStatistics);

    /// <summary>Average pooling 3×3 that leaves padding out of the mean, without normalisation (NAS-Bench-201).</summary>
    /// <param name="context">The place; channels are kept.</param>
    public static nn.Module<Tensor, Tensor> AveragePool3x3(OperationContext context) =>
        nn.AvgPool2d(3, stride: Given.NotNull(context).Stride, padding: 1, count_include_pad: false);

    /// <summary>Identity if the shape is kept, <see cref="FactorizedReduce"/> if the stride is 2.</summary>
    /// <param name="context">The place.</param>
    public static nn.Module<Tensor, Tensor> Skip(OperationContext context) =>
        Given.NotNull(context).IsShapePreserving ? nn.Identity() : new FactorizedReduce(context);

    /// <summary>Stem of NAS-Bench-201: Conv3×3 without bias and affine batch normalisation, no ReLU.</summary>
    /// <param name="context">Image channels in, channels of the first stage out.</param>
    public static nn.Module<Tensor, Tensor> ConvolutionStem(OperationContext context) => nn.Sequential(
        Layers.Conv2d(Given.NotNull(context).InChannels, context.OutChannels, 3, padding: 1, bias: false),
        BatchNorm(context with { Affine = true, TrackRunningStatistics = true }));

    /// <summary>Head of NAS-Bench-201: affine BN, ReLU, global average pooling, linear classifier.</summary>
    /// <param name="context">Channels of the last stage in, classes out.</param>
    public static nn.Module<Tensor, Tensor> PooledLinearHead(OperationContext context) => nn.Sequential(
        new BatchNormalization(Given.NotNull(context).InChannels),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        Layers.Linear(context.InChannels, context.OutChannels));

    /// <summary>ReLU, 1×1 convolution without bias, batch normalisation; <see cref="FactorizedReduce"/> at stride 2 (preprocessing of
    /// DARTS).</summary>
    /// <param name="context">The place.</param>
    public static nn.Module<Tensor, Tensor> Preprocessing(OperationContext context) =>
        Given.NotNull(context).Stride == 2 ? new FactorizedReduce(context) : new ReluConvBatchNorm(context, 1, bias: false);

    /// <summary>First stem of DARTS on ImageNet: two convolutions 3×3 of stride 2, to half the channels and to all; BN and ReLU between,
    /// BN after.</summary>
    /// <param name="context">Image channels in, an even number of channels out.</param>
    public static nn.Module<Tensor, Tensor> ImageNetStem(OperationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        long half = context.OutChannels / 2;
        return nn.Sequential(
            Layers.Conv2d(context.InChannels, half, 3, stride: 2, padding: 1, bias: false), new BatchNormalization(half), nn.ReLU(),
            Layers.Conv2d(half, context.OutChannels, 3, stride: 2, padding: 1, bias: false), new BatchNormalization(context.OutChannels));
    }

    /// <summary>Second stem of DARTS on ImageNet: ReLU, convolution 3×3 of stride 2 without bias, affine batch normalisation.</summary>
    /// <param name="context">Channels in and out.</param>
    public static nn.Module<Tensor, Tensor> ImageNetSecondStem(OperationContext context) => nn.Sequential(
        nn.ReLU(),
        Layers.Conv2d(Given.NotNull(context).InChannels, context.OutChannels, 3, stride: 2, padding: 1, bias: false),
        new BatchNormalization(context.OutChannels));

    /// <summary>Head of DARTS: global average pooling and a linear classifier.</summary>
    /// <param name="context">Channels of the last cell in, classes out.</param>
    public static nn.Module<Tensor, Tensor> LinearHead(OperationContext context) => nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), Layers.Linear(Given.NotNull(context).InChannels, context.OutChannels));
}
