namespace SingleDarts.Core.Sweeps;

/// <summary>Mean and spread of a number over repeated trials, for example over seeds.</summary>
/// <param name="Count">How many numbers.</param>
/// <param name="Mean">Their mean; NaN if there is none.</param>
/// <param name="StandardDeviation">Sample standard deviation (divided by n − 1); NaN for fewer than two.</param>
public readonly record struct MeanAndDeviation(int Count, double Mean, double StandardDeviation)
{
    /// <summary>Standard error of the mean, s / √n; NaN for fewer than two.</summary>
    public double StandardError => StandardDeviation / Math.Sqrt(Count);

    /// <summary>The statistics of numbers.</summary>
    /// <param name="values">The numbers.</param>
    public static MeanAndDeviation Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Length == 0 ? double.NaN : all.Average();
        // A repeated number has no spread, whatever its mean was rounded to.
        double squares = all.All(v => v == all[0]) ? 0 : all.Sum(v => (v - mean) * (v - mean));
        return new(all.Length, mean, all.Length < 2 ? double.NaN : Math.Sqrt(squares / (all.Length - 1)));
    }
}
