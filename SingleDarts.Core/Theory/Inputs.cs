namespace SingleDarts.Core.Theory;

/// <summary>Rejects inputs that no theorem covers.</summary>
internal static class Inputs
{
    public static double[] Finite(IReadOnlyList<double> values, string name, int? count = null)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (count is { } expected && values.Count != expected)
            throw new ArgumentException($"{name} has {values.Count} values, expected {expected}: one for each operation.", name);
        for (int k = 0; k < values.Count; k++)
        {
            if (!double.IsFinite(values[k]))
                throw new ArgumentException($"{name}[{k}] is {values[k]}; every value must be a finite number.", name);
        }
        return [.. values];
    }

    public static double[] Distribution(IReadOnlyList<double> values, string name, int count)
    {
        double[] p = Finite(values, name, count);
        if (p.Any(v => v < 0) || Math.Abs(p.Sum() - 1) > 1e-9)
        {
            throw new ArgumentException(
                $"{name} = ({string.Join(", ", p)}) is no distribution: it sums to {p.Sum()} with a minimum of {p.Min()}. " +
                "Give values of at least 0 that sum to 1.", name);
        }
        return p;
    }

    public static void AtLeastTwo(int operations, string name)
    {
        if (operations < 2)
            throw new ArgumentOutOfRangeException(name, operations, "With fewer than two operations there is nothing to compare.");
    }

    public static void Pair(int better, int worse, int operations)
    {
        AtLeastTwo(operations, nameof(operations));
        Index(better, nameof(better), operations);
        Index(worse, nameof(worse), operations);
        if (better == worse)
            throw new ArgumentException($"better and worse are both operation {better}; name two operations.", nameof(worse));
    }

    public static void Index(int value, string name, int count)
    {
        if (value < 0 || value >= count)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie within 0 and {count - 1}.");
    }

    public static void Positive(double value, string name)
    {
        if (!(value > 0) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0.");
    }

    public static void InsideUnit(double value, string name)
    {
        if (!(value > 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie within (0, 1).");
    }
}
