using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// The fixed block between the stages of NAS-Bench-201: two ReLU–Conv3×3–BN (the first of stride 2) beside an average pooling 2×2
/// followed by a 1×1 convolution without normalisation; the two are added. Batch normalisations are affine even in a supernet.
/// </summary>
public sealed class ResidualDownsampling : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly nn.Module<Tensor, Tensor> body;
    private readonly nn.Module<Tensor, Tensor> shortcut;

    /// <summary>Builds the block.</summary>
    /// <param name="context">Channels in and out; its stride is 2 by definition.</param>
    public ResidualDownsampling(OperationContext context) : base(nameof(ResidualDownsampling))
    {
        ArgumentNullException.ThrowIfNull(context);
        var affine = context with { Affine = true, TrackRunningStatistics = true, Stride = 2 };
        body = nn.Sequential(
            new ReluConvBatchNorm(affine, 3),
            new ReluConvBatchNorm(affine with { InChannels = context.OutChannels, Stride = 1 }, 3));
        shortcut = nn.Sequential(
            nn.AvgPool2d(2, stride: 2), Layers.Conv2d(context.InChannels, context.OutChannels, 1, bias: false));
        RegisterComponents();
    }

    /// <summary>[N, OutChannels, H/2, W/2].</summary>
    /// <param name="input">[N, InChannels, H, W] with even H and W.</param>
    public override Tensor forward(Tensor input)
    {
        using Tensor direct = shortcut.call(input);
        using Tensor residual = body.call(input);
        return direct.Plus(residual);
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input) =>
        graph.Add("Add", [graph.Export(input, shortcut), graph.Export(input, body)]);
}
