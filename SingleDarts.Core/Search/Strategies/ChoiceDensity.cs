namespace SingleDarts.Core.Search;

/// <summary>
/// A density over independent choices, as <c>KDEMultivariate</c> of statsmodels makes it of unordered variables: the mean over the data
/// of the product of kernels 1 − h on equality and h / (seen values − 1) otherwise, with h = 1.06 σ n^(−1/(4 + d)), at least a given
/// number.
/// </summary>
/// <remarks>σ is that of the choices' numbers, although their order means nothing. With five candidates h can exceed 1, and a value that
/// the data lack can have an infinite density. BOHB is defined on top of both.</remarks>
internal sealed class ChoiceDensity
{
    private readonly double[] levels;

    /// <summary>Fits the density.</summary>
    /// <param name="data">Choices, at least one.</param>
    /// <param name="leastBandwidth">Least h.</param>
    public ChoiceDensity(IReadOnlyList<int[]> data, double leastBandwidth)
    {
        Data = data;
        int dimensions = data[0].Length;
        levels = [.. Enumerable.Range(0, dimensions).Select(j => (double)data.Select(row => row[j]).Distinct().Count())];
        Bandwidths = [.. Enumerable.Range(0, dimensions).Select(j =>
        {
            double mean = data.Average(row => row[j]), deviation = Math.Sqrt(data.Average(row => Math.Pow(row[j] - mean, 2)));
            return Math.Max(leastBandwidth, 1.06 * deviation * Math.Pow(data.Count, -1.0 / (4 + dimensions)));
        })];
    }

    /// <summary>What it was fitted to.</summary>
    public IReadOnlyList<int[]> Data { get; }

    /// <summary>h of every choice.</summary>
    public IReadOnlyList<double> Bandwidths { get; }

    /// <summary>The density of choices.</summary>
    public double At(IReadOnlyList<int> choices) => Data.Average(row => row.Select((value, j) =>
        value == choices[j] ? 1 - Bandwidths[j] : Bandwidths[j] / (levels[j] - 1)).Aggregate(1.0, (product, kernel) => product * kernel));
}
