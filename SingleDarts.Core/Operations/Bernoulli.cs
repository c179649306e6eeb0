using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Values that are dropped at random, with the mean kept.</summary>
internal static class Bernoulli
{
    /// <summary>x · m / (1 − P) with m ~ Bernoulli(1 − P), drawn on the CPU from the generator of the step.</summary>
    /// <param name="input">x.</param>
    /// <param name="shape">Shape of m, which broadcasts to that of x.</param>
    /// <param name="probability">P, within [0, 1).</param>
    public static Tensor Keep(Tensor input, long[] shape, double probability)
    {
        using var scope = NewDisposeScope();
        using Scalar limit = Scalars.Of(probability);
        Tensor keeps = rand(shape, dtype: input.dtype, device: CPU, generator: RunRandom.Generator).ge(limit);
        return input.mul(Host.Send(keeps.to(input.dtype), input.device).Over_(1 - probability)).MoveToOuterDisposeScope();
    }
}
