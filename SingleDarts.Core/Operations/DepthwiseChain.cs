using SingleDarts.Core.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// <see cref="DepthwiseBlock"/>s one behind another, or a pointwise <see cref="ReluConvBatchNorm"/>, by <see cref="IImageKernels"/>. The
/// batch normalisation and ReLU between two blocks are taken into the loads of the second, so that only the blocks' outputs before their
/// normalisation are kept.
/// </summary>
internal sealed class DepthwiseChain
{
    private readonly Block[] blocks;

    private DepthwiseChain(Block[] blocks)
    {
        this.blocks = blocks;
        Weights = [.. blocks.SelectMany(block => block.Weights)];
    }

    /// <summary>Weights of the convolutions, scales and shifts of the normalisations, block after block.</summary>
    public Parameter[] Weights { get; }

    /// <summary>A module as a chain; null if it is none, or if a hook waits for it or a module inside.</summary>
    /// <param name="module">The module.</param>
    public static DepthwiseChain? Of(nn.Module<Tensor, Tensor> module)
    {
        if (ForwardHooks.Any(module))
            return null;
        Block?[] blocks = module switch
        {
            DepthwiseBlock one => [Block.Of(one)],
            SeparableConvolution two => [Block.Of(two.First), Block.Of(two.Second)],
            ReluConvBatchNorm { KernelSize: 1 } pointwise => [Block.Of(pointwise)],
            _ => [null],
        };
        return blocks.All(block => block is not null) ? new DepthwiseChain(blocks!) : null;
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
            var (y, mean, variance) = kernels.Depthwise(blocks[l].Layer(split[l]), input, map);
            values[l] = y;
            normalizations[l] = BlockNormalization.Of(blocks[l].Normalization, split[l][blocks[l].Affine..], mean, variance);
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
    /// <param name="ofWeights">Whether the gradients of the weights are asked for.</param>
    /// <returns>Gradients in the input, in p and, if they are asked for, in <see cref="Weights"/>.</returns>
    public (Images Input, double P, IEnumerable<Tensor> Weights) Backward(
        IImageKernels kernels, Images x, Tensor[] weights, KeptChain kept, Images gradient, double p, Images? into, bool ofWeights)
    {
        Tensor[][] split = Split(weights);
        Tensor[][] dw = [.. blocks.Select(_ => Array.Empty<Tensor>())];
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
            var (dx, ofConvolutions) = kernels.DepthwiseBackward(
                blocks[l].Layer(split[l]), input, map, g, y, backward, l == 0 ? into : null, ofWeights);
            if (ofWeights)
                dw[l] = [.. ofConvolutions, .. normalization.OfScaleAndShift(sums, isLast ? p : 1, split[l][blocks[l].Affine..])];
            if (!isLast)
                g.Tensor.Dispose();
            g = dx;
        }
        return (g, share, dw.SelectMany(each => each));
    }

    private Tensor[][] Split(Tensor[] weights)
    {
        int next = 0;
        return [.. blocks.Select(block => weights[next..(next += block.Weights.Length)])];
    }

    /// <param name="Depthwise">The depthwise convolution; null if each channel is taken as it is.</param>
    /// <param name="Pointwise">The pointwise convolution.</param>
    /// <param name="Normalization">The batch normalisation.</param>
    /// <param name="Stride">Stride of the first convolution.</param>
    private sealed record Block(Conv2d? Depthwise, Conv2d Pointwise, BatchNormalization Normalization, int Stride)
    {
        public Parameter[] Weights =>
        [
            .. Depthwise is null ? [] : new[] { Depthwise.weight }, Pointwise.weight,
            .. Normalization.weight is { } scale ? new[] { scale, Normalization.bias! } : [],
        ];

        /// <summary>Where γ and β stand in the weights.</summary>
        public int Affine => Depthwise is null ? 1 : 2;

        public static Block? Of(DepthwiseBlock block) => block.IsWatched || !UsesBatch(block.Normalization)
            ? null : new(block.Depthwise, block.Pointwise, block.Normalization, (int)block.Depthwise.stride[0]);

        public static Block? Of(ReluConvBatchNorm block) => block.Convolution.bias is not null || !UsesBatch(block.Normalization) ||
            ForwardHooks.Any(block.Convolution) || ForwardHooks.Any(block.Normalization)
            ? null : new(null, block.Convolution, block.Normalization, block.Stride);

        public DepthwiseLayer Layer(Tensor[] weights) => Depthwise is null
            ? new(null, weights[0], (int)Pointwise.out_channels, 1, Stride, 1)
            : new(weights[0], weights[1], (int)Pointwise.out_channels, (int)Depthwise.kernel_size[0], Stride,
                (int)Depthwise.dilation[0]);

        private static bool UsesBatch(BatchNormalization normalization) => normalization.training || normalization.running_mean is null;
    }
}
