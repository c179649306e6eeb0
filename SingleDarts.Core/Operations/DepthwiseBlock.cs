using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// ReLU, depthwise convolution k×k, pointwise convolution, batch normalisation; no bias. With dilation 2 it is <c>dil_conv_k×k</c> of
/// DARTS, and <see cref="SeparableConvolution"/> is two of them without.
/// </summary>
public sealed class DepthwiseBlock : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly Conv2d depthwise;
    private readonly Conv2d pointwise;
    private readonly BatchNormalization normalization;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">The place; the depthwise convolution has its stride.</param>
    /// <param name="kernelSize">Odd kernel size k.</param>
    /// <param name="dilation">Distance of the kernel's taps; the padding is dilation · (k − 1)/2, so that the size is kept but for the
    /// stride.</param>
    public DepthwiseBlock(OperationContext context, int kernelSize, int dilation = 1) : base(nameof(DepthwiseBlock))
    {
        ArgumentNullException.ThrowIfNull(context);
        TorchRuntime.EnsureLoaded();
        depthwise = Layers.Conv2d(context.InChannels, context.InChannels, kernelSize, stride: context.Stride,
            padding: dilation * (kernelSize / 2), dilation: dilation, groups: context.InChannels, bias: false);
        pointwise = Layers.Conv2d(context.InChannels, context.OutChannels, 1, bias: false);
        normalization = Blocks.BatchNorm(context);
        RegisterComponents();
    }

    /// <summary>The depthwise convolution.</summary>
    internal Conv2d Depthwise => depthwise;

    /// <summary>The pointwise convolution.</summary>
    internal Conv2d Pointwise => pointwise;

    /// <summary>The batch normalisation.</summary>
    internal BatchNormalization Normalization => normalization;

    /// <summary>Whether a hook waits for this module or one inside to be called.</summary>
    internal bool IsWatched => ForwardHooks.Any(this) || ForwardHooks.Any(depthwise) || ForwardHooks.Any(pointwise) ||
        ForwardHooks.Any(normalization);

    /// <summary>[N, OutChannels, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    /// <param name="input">[N, InChannels, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return normalization.call(pointwise.call(depthwise.call(nn.functional.relu(input)))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) =>
        graph.Export(graph.Add("Relu", [input]), depthwise, pointwise, normalization);
}
