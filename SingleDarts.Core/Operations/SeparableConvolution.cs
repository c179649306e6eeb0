using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// <c>sep_conv_k×k</c> of DARTS: twice ReLU, depthwise convolution k×k, pointwise convolution, batch normalisation. The first depthwise
/// convolution has the stride. No convolution has a bias. With another number of channels in the middle, or a dilation of the first
/// depthwise convolution, it is SharpSepConv of sharpDARTS (Hundt et al., 2019).
/// </summary>
public sealed class SeparableConvolution : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly DepthwiseBlock first;
    private readonly DepthwiseBlock second;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">The place.</param>
    /// <param name="kernelSize">Odd kernel size k.</param>
    /// <param name="middleChannels">Channels between the two halves; those of the input if <see langword="null"/>.</param>
    /// <param name="dilation">Distance of the taps of the first depthwise convolution.</param>
    public SeparableConvolution(OperationContext context, int kernelSize, long? middleChannels = null, int dilation = 1)
        : base(nameof(SeparableConvolution))
    {
        ArgumentNullException.ThrowIfNull(context);
        long middle = middleChannels ?? context.InChannels;
        first = new DepthwiseBlock(context with { OutChannels = middle }, kernelSize, dilation);
        second = new DepthwiseBlock(context with { InChannels = middle, Stride = 1 }, kernelSize);
        RegisterComponents();
    }

    /// <summary>The block with the stride.</summary>
    internal DepthwiseBlock First => first;

    /// <summary>The block behind it.</summary>
    internal DepthwiseBlock Second => second;

    /// <summary>[N, OutChannels, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    /// <param name="input">[N, InChannels, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        using Tensor middle = first.call(input);
        return second.call(middle);
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) => graph.Export(input, first, second);
}
