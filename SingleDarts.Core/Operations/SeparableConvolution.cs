using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// <c>sep_conv_k×k</c> of DARTS: twice ReLU, depthwise convolution k×k, pointwise convolution, batch normalisation. The first depthwise
/// convolution has the stride. No convolution has a bias.
/// </summary>
public sealed class SeparableConvolution : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly DepthwiseBlock first;
    private readonly DepthwiseBlock second;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">The place.</param>
    /// <param name="kernelSize">Odd kernel size k.</param>
    public SeparableConvolution(OperationContext context, int kernelSize) : base(nameof(SeparableConvolution))
    {
        ArgumentNullException.ThrowIfNull(context);
        first = new DepthwiseBlock(context with { OutChannels = context.InChannels }, kernelSize);
        second = new DepthwiseBlock(context with { Stride = 1 }, kernelSize);
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
