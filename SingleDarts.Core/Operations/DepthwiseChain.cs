using SingleDarts.Core.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// <see cref="DepthwiseBlock"/>s one behind another, by <see cref="IImageKernels"/>. The batch normalisation and ReLU between two blocks
/// are taken into the loads of the second, so that only the blocks' outputs before their normalisation are kept.
/// </summary>
internal sealed class DepthwiseChain
{
    private readonly DepthwiseBlock[] blocks;

    private DepthwiseChain(DepthwiseBlock[] blocks)
    {
        this.blocks = blocks;
        Weights = [.. blocks.SelectMany(WeightsOf)];
    }

    /// <summary>Weights of the convolutions, scales and shifts of the normalisations, block after block.</summary>
    public Parameter[] Weights { get; }

    /// <summary>A module as a chain; null if it is none, or if a hook waits for it or a module inside.</summary>
    /// <param name="module">The module.</param>
    public static DepthwiseChain? Of(nn.Module<Tensor, Tensor> module)
    {
        DepthwiseBlock[] blocks = module switch
        {
            DepthwiseBlock one => [one],
            SeparableConvolution two => [two.First, two.Second],
            _ => [],
        };
        return blocks.Length == 0 || ForwardHooks.Any(module) || blocks.Any(block => block.IsWatched || !block.UsesBatchStatistics)
            ? null : new DepthwiseChain(blocks);
    }

    /// <summary>The chain of an input.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="x">Input, not necessarily dense.</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="tracks">Whether running statistics are updated.</param>
    public KeptChain Forward(IImageKernels kernels, Images x, Tensor[] weights, bool tracks)
    {
        var values = new Images[blocks.Length];
        var normalizations = new BlockNormalization[blocks.Length];
        Tensor[][] split = Split(weights);
        for (int l = 0; l < blocks.Length; l++)
        {
            Images input = l == 0 ? x : values[l - 1];
            AffineMap map = l == 0 ? AffineMap.Identity(x.Channels) : normalizations[l - 1].Affine;
            var (y, mean, variance) = kernels.Depthwise(Layer(l, split[l]), input, map);
            values[l] = y;
            normalizations[l] = BlockNormalization.Of(blocks[l].Normalization, split[l], mean, variance);
            if (tracks)
                blocks[l].Normalization.Track(mean, variance, (long)y.Count * y.Pixels);
        }
        return new KeptChain(values, normalizations);
    }

    /// <summary>Gradients of ⟨p · output, g⟩.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="x">Input.</param>
    /// <param name="weights"><see cref="Weights"/>.</param>
    /// <param name="kept">What <see cref="Forward"/> gave.</param>
    /// <param name="gradient">g, dense.</param>
    /// <param name="p">p.</param>
    /// <param name="into">Gradient in the input that this one's is added to; a new tensor if <see langword="null"/>.</param>
    /// <returns>Gradients in the input, in p and in <see cref="Weights"/>.</returns>
    public (Images Input, double P, IEnumerable<Tensor> Weights) Backward(
        IImageKernels kernels, Images x, Tensor[] weights, KeptChain kept, Images gradient, double p, Images? into)
    {
        Tensor[][] split = Split(weights);
        var ofWeights = new Tensor[blocks.Length][];
        double share = 0;
        Images g = gradient;
        for (int l = blocks.Length - 1; l >= 0; l--)
        {
            bool isLast = l == blocks.Length - 1;
            Images y = kept.Values![l], input = l == 0 ? x : kept.Values[l - 1];
            BlockNormalization normalization = kept.Normalizations[l];
            AffineMap map = l == 0 ? AffineMap.Identity(x.Channels) : kept.Normalizations[l - 1].Affine;
            var sums = kernels.Products(g, y, normalization.Mean);
            if (isLast)
                share = normalization.ShareOfP(sums);
            double[][] backward = normalization.Backward(sums, isLast ? p : 1, (long)y.Count * y.Pixels);
            var (dx, ofDepthwise, ofPointwise) = kernels.DepthwiseBackward(
                Layer(l, split[l]), input, map, g, y, backward, l == 0 ? into : null);
            ofWeights[l] = [ofDepthwise, ofPointwise, .. normalization.OfScaleAndShift(sums, isLast ? p : 1, split[l])];
            if (!isLast)
                g.Tensor.Dispose();
            g = dx;
        }
        return (g, share, ofWeights.SelectMany(each => each));
    }

    private static IEnumerable<Parameter> WeightsOf(DepthwiseBlock block) => block.Normalization.weight is { } scale
        ? [block.Depthwise.weight, block.Pointwise.weight, scale, block.Normalization.bias!]
        : [block.Depthwise.weight, block.Pointwise.weight];

    private Tensor[][] Split(Tensor[] weights) => [.. weights.Chunk(weights.Length / blocks.Length)];

    private DepthwiseLayer Layer(int block, Tensor[] weights)
    {
        TorchSharp.Modules.Conv2d depthwise = blocks[block].Depthwise;
        return new(weights[0], weights[1], (int)blocks[block].Pointwise.out_channels, (int)depthwise.kernel_size[0],
            (int)depthwise.stride[0], (int)depthwise.dilation[0]);
    }
}
