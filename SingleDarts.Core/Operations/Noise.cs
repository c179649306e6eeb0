using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>The operation <c>noise</c> of the space S4 of R-DARTS: new standard normal numbers at every pass, whatever the input.</summary>
/// <param name="context">Channels and stride.</param>
internal sealed class Noise(OperationContext context) : nn.Module<Tensor, Tensor>(nameof(Noise))
{
    /// <summary>Normal numbers of the shape that the place asks for, drawn on the CPU from the generator of the step.</summary>
    /// <param name="input">[N, InChannels, spatial ...].</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long[] shape = Zero.Shape(input, context);
        return Host.Send(randn(shape, dtype: input.dtype, device: CPU, generator: RunRandom.Generator), input.device)
            .MoveToOuterDisposeScope();
    }
}
