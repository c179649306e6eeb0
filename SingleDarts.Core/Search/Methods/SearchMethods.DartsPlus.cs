namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// DARTS+ (Liang et al., 2019): DARTS of first order that stops early, as soon as the normal cell has two skip connections, or by
    /// another rule: <see cref="StableRanking"/> is the second one of the paper, simpler to reach and, by its authors, more accurate.
    /// Everything else is that of <see cref="Darts"/> in the same space.
    /// </summary>
    /// <param name="rule">When the search stops; two skip connections in the genotype's normal cell if null.</param>
    /// <remarks>There is no code of the authors. The rules are told by a survey and by others' implementations; what is open stands in
    /// <see cref="SearchMethod.Unverified"/>.</remarks>
    public static SearchMethod DartsPlus(IEpochRule? rule = null) => new("darts-plus", space => Darts().Options(space) with
    {
        EpochRules = [rule ?? new OperationLimit("skip_connect", Count: 2, Cell: "normal")],
    })
    {
        Title = "DARTS+",
        Spaces = [InDarts],
        Published =
        [
            "DARTS space, CIFAR-10: 97.63 ± 0.13 test, trained for 2,000 epochs (Table 3); ImageNet: 76.3 top-1, 800 epochs (Table 2)",
        ],
        Unverified =
        [
            "Whether skip connections are counted in the derived genotype, as here, or among the strongest operations of all 14 edges.",
            "Whether the genotype is that of the epoch that stops, as here, or of the one before (OperationLimit.ReturnsEpochBefore).",
            "Whether the second rule wants the ranking of every edge to be stable, as here.",
        ],
        Source = "Liang et al., DARTS+: Improved Differentiable Architecture Search with Early Stopping, 2019; no code of the authors",
    };
}
