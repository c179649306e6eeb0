using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// BN(W * relu(x)): ReLU, a square convolution that keeps the size (padding (k − 1)/2) but for the stride, batch normalisation. Unless
/// one says otherwise the convolution has a bias exactly if the normalisation is not affine, as in NAS-Bench-201; there the
/// normalisation cancels it.
/// </summary>
public sealed class ReluConvBatchNorm : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly Conv2d convolution;
    private readonly BatchNormalization normalization;

    /// <summary>Builds the module for a place.</summary>
    /// <param name="context">The place.</param>
    /// <param name="kernelSize">Odd kernel size k.</param>
    /// <param name="bias">Whether the convolution has a bias; if <see langword="null"/>, as in NAS-Bench-201.</param>
    public ReluConvBatchNorm(OperationContext context, int kernelSize, bool? bias = null) : base(nameof(ReluConvBatchNorm))
    {
        ArgumentNullException.ThrowIfNull(context);
        TorchRuntime.EnsureLoaded();
        KernelSize = kernelSize;
        Stride = context.Stride;
        convolution = Layers.Conv2d(
            context.InChannels, context.OutChannels, kernelSize, stride: IsSubsampling ? 1 : Stride, padding: kernelSize / 2,
            bias: bias ?? !context.Affine);
        normalization = Blocks.BatchNorm(context);
        RegisterComponents();
    }

    /// <summary>Kernel size k.</summary>
    public int KernelSize { get; }

    /// <summary>Spatial stride.</summary>
    public int Stride { get; }

    /// <summary>Whether the convolution sees every second pixel and has itself no stride, which gives the same.</summary>
    internal bool IsSubsampling => KernelSize == 1 && Stride == 2;

    /// <summary>The convolution, weight [OutChannels, InChannels, k, k].</summary>
    public Conv2d Convolution => convolution;

    /// <summary>The batch normalisation.</summary>
    public BatchNormalization Normalization => normalization;

    /// <summary>[N, OutChannels, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    /// <param name="input">[N, InChannels, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor active = nn.functional.relu(input);
        return normalization.call(convolution.call(IsSubsampling ? SecondPixels.Of(active) : active)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) => graph.Export(
        OnnxModules.Convolve(graph, convolution, graph.Add("Relu", [input]), Stride), normalization);
}
