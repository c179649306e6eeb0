using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Random orders of samples. All randomness comes from the generator that is passed.</summary>
public static class SampleOrder
{
    /// <summary>All indices, 0 to <paramref name="count"/> − 1, in order.</summary>
    /// <param name="count">Number of samples.</param>
    public static long[] All(long count)
    {
        var indices = new long[count];
        for (long i = 0; i < count; i++)
            indices[i] = i;
        return indices;
    }

    /// <summary>All <paramref name="samples"/> once, in random order.</summary>
    public static long[] Shuffle(IReadOnlyList<long> samples, Generator g)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return [.. Shuffle(samples.Count, g).Select(i => samples[(int)i])];
    }

    /// <summary>Uniform draws from <paramref name="samples"/>, each independent of the others, as NAS-Bench-201 draws its validation
    /// images.</summary>
    /// <param name="samples">The samples to draw from.</param>
    /// <param name="count">Number of draws, at least 0.</param>
    /// <param name="g">Source of randomness.</param>
    /// <param name="excluding">Samples that are never drawn, for example those of the other batch of the same step.</param>
    /// <exception cref="ArgumentException">Nothing is left to draw from.</exception>
    public static long[] DrawWithReplacement(IReadOnlyList<long> samples, int count, Generator g, IReadOnlySet<long>? excluding = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(g);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        IReadOnlyList<long> pool = excluding is null || excluding.Count == 0 ? samples : [.. samples.Where(s => !excluding.Contains(s))];
        if (pool.Count == 0 && count > 0)
            throw new ArgumentException(
                $"Cannot draw {count} samples: {samples.Count} were given and all of them are excluded; give more samples or a smaller " +
                "batch.",
                nameof(samples));
        if (count == 0)
            return [];
        using var draws = randint(pool.Count, [count], ScalarType.Int64, CPU, generator: g);
        return [.. Host.Numbers<long>(draws).Select(i => pool[(int)i])];
    }

    /// <summary>Two disjoint random parts that together hold every index in [0, <paramref name="count"/>), each in ascending
    /// order.</summary>
    /// <param name="count">Number of samples, at least 2.</param>
    /// <param name="portion">Share of the first part, in (0, 1); its size is rounded, and both parts get at least one sample.</param>
    /// <param name="g">Source of randomness.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public static (long[] First, long[] Second) Split(long count, double portion, Generator g)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        if (!(portion > 0 && portion < 1))
            throw new ArgumentOutOfRangeException(nameof(portion), portion, "Expected a share between 0 and 1, both excluded.");
        int first = (int)Math.Clamp(Math.Round(count * portion), 1, count - 1);
        long[] order = Shuffle(count, g);
        Array.Sort(order, 0, first);
        Array.Sort(order, first, order.Length - first);
        return (order[..first], order[first..]);
    }

    internal static long[] Shuffle(long count, Generator g)
    {
        ArgumentNullException.ThrowIfNull(g);
        using var order = randperm(count, ScalarType.Int64, CPU, generator: g);
        return Host.Numbers<long>(order);
    }
}
