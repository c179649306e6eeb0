using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Halves the spatial size without losing pixels: ReLU, two 1×1 convolutions of stride 2 of which the second sees the input shifted
/// by one pixel, concatenated, then batch normalisation (the strided skip connection of DARTS).
/// </summary>
public sealed class FactorizedReduce : nn.Module<Tensor, Tensor>, IOnnxOperation
{
    private readonly TorchSharp.Modules.Conv2d even;
    private readonly TorchSharp.Modules.Conv2d odd;
    private readonly BatchNormalization normalization;

    /// <summary>Builds the module for a place of stride 2.</summary>
    /// <param name="context">Channels, and whether the normalisation is affine.</param>
    /// <exception cref="ArgumentException">The number of output channels is odd.</exception>
    public FactorizedReduce(OperationContext context) : base(nameof(FactorizedReduce))
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.OutChannels % 2 != 0)
            throw new ArgumentException(
                $"A strided skip connection needs an even number of output channels; found {context.OutChannels}.", nameof(context));
        even = Layers.Conv2d(context.InChannels, context.OutChannels / 2, 1, bias: false);
        odd = Layers.Conv2d(context.InChannels, context.OutChannels / 2, 1, bias: false);
        normalization = Blocks.BatchNorm(context);
        RegisterComponents();
    }

    /// <summary>[N, OutChannels, H/2, W/2].</summary>
    /// <param name="input">[N, InChannels, H, W]; if H or W is odd, a zero is added behind the last pixel.</param>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = NewDisposeScope();
        Tensor active = nn.functional.relu(input);
        Tensor shifted = SecondPixels.Of(active, from: 1);
        if (input.shape[2] % 2 != 0 || input.shape[3] % 2 != 0)
            shifted = nn.functional.pad(shifted, (0L, input.shape[3] % 2, 0L, input.shape[2] % 2));
        return normalization.call(cat([even.call(SecondPixels.Of(active)), odd.call(shifted)], 1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    string IOnnxOperation.Export(OnnxGraph graph, string input)
    {
        string active = graph.Add("Relu", [input]);
        // Without the first row and column, and with zeros behind the last.
        string shifted = graph.Add("Pad", [active, graph.Constant(0, 0, -1, -1, 0, 0, 1, 1)]);
        string both = graph.Add("Concat", [
            OnnxModules.Convolve(graph, even, active, stride: 2), OnnxModules.Convolve(graph, odd, shifted, stride: 2)], ("axis", 1));
        return graph.Export(both, normalization);
    }
}
