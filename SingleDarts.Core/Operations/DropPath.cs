using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Drop path (Larsson et al., ICLR 2017, as DARTS has it): each sample loses the whole output with probability P.</summary>
internal static class DropPath
{
    /// <summary>
    /// x · m / (1 − P) with one m ~ Bernoulli(1 − P) for each sample, drawn from the generator of the step (<see cref="RunRandom"/>); the
    /// expected value is x.
    /// </summary>
    /// <param name="input">x, [N, ...].</param>
    /// <param name="probability">P, 0 to less than 1.</param>
    /// <returns>A new tensor of the same shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">P is outside [0, 1).</exception>
    public static Tensor Apply(Tensor input, double probability)
    {
        if (!(probability >= 0 && probability < 1))
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, "A path is dropped with a probability from 0 to less than 1.");
        return Bernoulli.Keep(input, [input.shape[0], .. Enumerable.Repeat(1L, (int)input.dim() - 1)], probability);
    }
}
