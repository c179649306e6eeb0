using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>The candidates of DARTS (Liu et al., ICLR 2019) in the column order of α, and those that only earlier cells use.</summary>
public static class DartsOperations
{
    /// <summary><c>none</c>: zero.</summary>
    public static CandidateOperation None => NasBench201Operations.None;

    /// <summary><c>max_pool_3x3</c>: the maximum of 3×3, normalised in a supernet.</summary>
    public static CandidateOperation MaxPool3x3 { get; } =
        new("max_pool_3x3", context => new PoolingBatchNorm(context, isMaximum: true), isLearnable: false);

    /// <summary><c>avg_pool_3x3</c>: the average of 3×3 without padding, normalised in a supernet.</summary>
    public static CandidateOperation AvgPool3x3 { get; } =
        new("avg_pool_3x3", context => new PoolingBatchNorm(context, isMaximum: false), isLearnable: false);

    /// <summary><c>skip_connect</c>: identity, or <see cref="FactorizedReduce"/> at stride 2.</summary>
    public static CandidateOperation SkipConnect => NasBench201Operations.SkipConnect;

    /// <summary><c>skip_connect</c> of GOLD-NAS: the identity behind a batch normalisation, which a network of a genotype has, too; or
    /// <see cref="FactorizedReduce"/> at stride 2.</summary>
    public static CandidateOperation NormalizedSkip { get; } = new("skip_connect",
        context => context.IsShapePreserving ? Blocks.BatchNorm(context) : new FactorizedReduce(context), isLearnable: false);

    /// <summary><c>sep_conv_3x3</c>.</summary>
    public static CandidateOperation SepConv3x3 { get; } = Separable(3);

    /// <summary><c>sep_conv_5x5</c>.</summary>
    public static CandidateOperation SepConv5x5 { get; } = Separable(5);

    /// <summary><c>sep_conv_7x7</c>, of NASNet and AmoebaNet.</summary>
    public static CandidateOperation SepConv7x7 { get; } = Separable(7);

    /// <summary><c>dil_conv_3x3</c>: depthwise convolution of dilation 2, reaching over 5×5.</summary>
    public static CandidateOperation DilConv3x3 { get; } = Dilated(3);

    /// <summary><c>dil_conv_5x5</c>: depthwise convolution of dilation 2, reaching over 9×9.</summary>
    public static CandidateOperation DilConv5x5 { get; } = Dilated(5);

    /// <summary><c>conv_7x1_1x7</c>, of AmoebaNet: ReLU, convolution 1×7, convolution 7×1, batch normalisation; no bias.</summary>
    public static CandidateOperation Conv7x1Conv1x7 { get; } = new("conv_7x1_1x7", context => nn.Sequential(
        nn.ReLU(),
        Layers.Conv2d(context.InChannels, context.OutChannels, (1, 7), (1, context.Stride), padding: (0, 3), dilation: (1, 1), bias: false),
        Layers.Conv2d(context.OutChannels, context.OutChannels, (7, 1), (context.Stride, 1), padding: (3, 0), dilation: (1, 1),
            bias: false),
        Blocks.BatchNorm(context)), isLearnable: true);

    /// <summary><c>noise</c>, of the space S4 of R-DARTS: new standard normal numbers at every pass, whatever the input.</summary>
    public static CandidateOperation Noise { get; } = new("noise", context => new Noise(context), isLearnable: false);

    /// <summary>The eight of the search space, in the column order of α.</summary>
    public static IReadOnlyList<CandidateOperation> All { get; } =
        [None, MaxPool3x3, AvgPool3x3, SkipConnect, SepConv3x3, SepConv5x5, DilConv3x3, DilConv5x5];

    /// <summary>All that occur in published cells: the eight, <c>sep_conv_7x7</c> and <c>conv_7x1_1x7</c>.</summary>
    public static IReadOnlyList<CandidateOperation> Published { get; } = [.. All, SepConv7x7, Conv7x1Conv1x7];

    private static CandidateOperation Separable(int k) =>
        new($"sep_conv_{k}x{k}", context => new SeparableConvolution(context, k), isLearnable: true);

    private static CandidateOperation Dilated(int k) =>
        new($"dil_conv_{k}x{k}", context => new DepthwiseBlock(context, k, dilation: 2), isLearnable: true);
}
