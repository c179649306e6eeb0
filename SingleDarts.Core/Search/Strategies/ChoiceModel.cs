namespace SingleDarts.Core.Search;

/// <summary>The model of BOHB: the densities of good and of other choices.</summary>
/// <param name="Good">That of the good ones.</param>
/// <param name="Bad">That of the others.</param>
internal sealed record ChoiceModel(ChoiceDensity Good, ChoiceDensity Bad)
{
    private const double Least = 1e-32;

    /// <summary>
    /// The best of some draws by bad / good. A draw is one of the good data, of which every choice is kept with probability 1 − h and
    /// drawn uniformly otherwise. Null if no draw can be compared.
    /// </summary>
    /// <param name="counts">Number of candidates of every choice.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="random">Random numbers; changed.</param>
    public int[]? Best(IReadOnlyList<int> counts, int draws, Random random)
    {
        int[]? best = null;
        double least = double.PositiveInfinity;
        for (int i = 0; i < draws; i++)
        {
            int[] datum = Good.Data[random.Next(Good.Data.Count)];
            int[] drawn = [.. datum.Select((value, j) => random.NextDouble() < 1 - Good.Bandwidths[j] ? value : random.Next(counts[j]))];
            double good = Good.At(drawn), bad = Bad.At(drawn);
            // As max(1e-32, bad) / max(good, 1e-32) of Python, which takes the first of both for NaN.
            double ratio = (bad > Least ? bad : Least) / (good < Least ? Least : good);
            // None of the others has one of its values.
            if (!double.IsFinite(ratio) && double.IsFinite(good))
                return drawn;
            if (ratio >= least || double.IsNaN(ratio))
                continue;
            least = ratio;
            best = drawn;
        }
        return best;
    }
}
