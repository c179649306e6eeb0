using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>Single numbers from a CPU generator.</summary>
internal static class GeneratorDraws
{
    /// <summary>A number within [0, 1).</summary>
    public static double Uniform(this Generator generator)
    {
        using Tensor number = rand(1, ScalarType.Float64, generator: generator);
        return Host.Number<double>(number);
    }

    /// <summary>An index with a probability proportional to its share, by the inverse of the distribution function.</summary>
    /// <param name="generator">CPU generator.</param>
    /// <param name="shares">Not negative, one of them positive.</param>
    public static int Categorical(this Generator generator, IReadOnlyList<double> shares) => Index(generator.Uniform(), shares);

    /// <summary>The same from random numbers of .NET.</summary>
    /// <param name="random">Random numbers; changed.</param>
    /// <param name="shares">Not negative, one of them positive.</param>
    public static int Categorical(this Random random, IReadOnlyList<double> shares) => Index(random.NextDouble(), shares);

    /// <summary>The index that a uniform number chooses, with a probability proportional to its share.</summary>
    /// <param name="uniform">Within [0, 1).</param>
    /// <param name="shares">Not negative, one of them positive.</param>
    public static int Index(double uniform, IReadOnlyList<double> shares)
    {
        double rest = uniform * shares.Sum();
        int last = 0;
        for (int k = 0; k < shares.Count; k++)
        {
            if ((rest -= shares[k]) < 0)
                return k;
            last = shares[k] > 0 ? k : last;
        }
        return last;
    }
}
