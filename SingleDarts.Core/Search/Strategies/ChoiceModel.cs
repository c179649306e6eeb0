namespace SingleDarts.Core.Search;

/// <summary>The model of BOHB: the densities of good and of other choices.</summary>
/// <param name="Good">That of the good ones.</param>
/// <param name="Bad">That of the others.</param>
internal sealed record ChoiceModel(ChoiceDensity Good, ChoiceDensity Bad)
{
    private const double Least = 1e-32;

    /// <summary>
    /// The best of some draws by bad / good. A draw is one of the good data, of which every choice is kept with probability 1 − h and
    /// drawn uniformly otherwise, or if it is not possible. Null if no draw can be compared.
    /// </summary>
    /// <param name="values">The values that a choice can have behind the choices before it.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="random">Random numbers; changed.</param>
    public int[]? Best(Func<IReadOnlyList<int>, IReadOnlyList<int>> values, int draws, Random random)
    {
        int[]? best = null;
        double least = double.PositiveInfinity;
        for (int i = 0; i < draws; i++)
        {
            int[] datum = Good.Data[random.Next(Good.Data.Count)];
            var drawn = new List<int>(datum.Length);
            for (int j = 0; j < datum.Length; j++)
            {
                IReadOnlyList<int> possible = values(drawn);
                bool isKept = random.NextDouble() < 1 - Good.Bandwidths[j] && possible.Contains(datum[j]);
                drawn.Add(isKept ? datum[j] : possible[random.Next(possible.Count)]);
            }
            double good = Good.At(drawn), bad = Bad.At(drawn);
            // As max(1e-32, bad) / max(good, 1e-32) of Python, which takes the first of both for NaN.
            double ratio = (bad > Least ? bad : Least) / (good < Least ? Least : good);
            // None of the others has one of its values.
            if (!double.IsFinite(ratio) && double.IsFinite(good))
                return [.. drawn];
            if (ratio >= least || double.IsNaN(ratio))
                continue;
            least = ratio;
            best = [.. drawn];
        }
        return best;
    }
}
