using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>Mean over an epoch of one matrix for each searched cell.</summary>
internal sealed class GradientMean
{
    private double[][,] sums = [];

    public int Count { get; private set; }

    public void Add(double[][,] values)
    {
        if (Count++ == 0)
            sums = [.. values.Select(value => new double[value.GetLength(0), value.GetLength(1)])];
        for (int c = 0; c < sums.Length; c++)
            Accumulate(sums[c], values[c], 1);
    }

    /// <summary>The mean of one cell.</summary>
    public double[,] Of(int cell) => Sum([cell]);

    /// <summary>The sum of the means of some cells.</summary>
    public double[,] Sum(IReadOnlyList<int> cells)
    {
        var sum = new double[sums[cells[0]].GetLength(0), sums[cells[0]].GetLength(1)];
        foreach (int cell in cells)
            Accumulate(sum, sums[cell], 1.0 / Count);
        return sum;
    }

    public void Reset() => (sums, Count) = ([], 0);

    public IEnumerable<KeyValuePair<string, Tensor>> Save() =>
        sums.Select((sum, c) => KeyValuePair.Create($"sum/{c}", tensor(sum))).Append(KeyValuePair.Create("count", tensor((long)Count)));

    public void Load(IReadOnlyDictionary<string, Tensor> saved)
    {
        Reset();
        if (!saved.TryGetValue("count", out Tensor? count))
            return;
        Count = (int)Host.Number<long>(count);
        sums = [.. Enumerable.Range(0, saved.Keys.Count(key => key.StartsWith("sum/", StringComparison.Ordinal)))
            .Select(c => Host.Matrix(saved[$"sum/{c}"]))];
    }

    private static void Accumulate(double[,] sum, double[,] value, double factor)
    {
        for (int i = 0; i < sum.GetLength(0); i++)
            for (int j = 0; j < sum.GetLength(1); j++)
                sum[i, j] += factor * value[i, j];
    }
}
