namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// DARTS-ES (Zela et al., ICLR 2020): DARTS of second order that ends when the largest eigenvalue of the Hessian in α grows, with the
    /// genotype of the epoch before the growth (<see cref="EigenvalueStop"/>). Everything else is that of <see cref="DartsSecondOrder"/>.
    /// </summary>
    /// <param name="rule">When the search stops; as published if null.</param>
    /// <remarks>Published numbers belong to second order; with first order (<c>Using(new BiLevelScheme { Order =
    /// UpdateOrder.ArchitectureFirst })</c>) it is another baseline. The first possible stop is after epoch 22, counted from 0, with the
    /// genotype of epoch 10.</remarks>
    public static SearchMethod DartsEs(EigenvalueStop? rule = null) => new("darts-es", space => DartsSecondOrder().Options(space) with
    {
        EpochRules = [rule ?? new EigenvalueStop()],
    })
    {
        Title = "DARTS-ES",
        Spaces = [InDarts],
        Published = ["Only in the spaces S1 to S4, whose table was not available"],
        Unverified =
        [
            "The eigenvalue there is one of the whole Hessian, here it comes from Lanczos' method with a residual below 0.1%.",
            "In the spaces S1 to S4 no result was compared.",
        ],
        Source = RobustSource,
    };

    /// <summary>
    /// DARTS-ADA (Zela et al., ICLR 2020): DARTS of second order that returns, where DARTS-ES would stop, to the epoch before the growth
    /// and goes on from there with ten times the weight decay of w, up to 0.03 (<see cref="AdaptiveWeightDecay"/>). Everything else is that
    /// of <see cref="DartsSecondOrder"/>.
    /// </summary>
    /// <param name="rule">When and how the weight decay is raised; as in the published script if null.</param>
    public static SearchMethod DartsAda(AdaptiveWeightDecay? rule = null) => new("darts-ada",
        space => DartsSecondOrder().Options(space) with
    {
        EpochRules = [rule ?? new AdaptiveWeightDecay()],
    })
    {
        Title = "DARTS-ADA",
        Spaces = [InDarts],
        Published = ["Only in the spaces S1 to S4, whose table was not available"],
        Unverified =
        [
            "The weight decay grows by 10 up to 0.03 in the published script, by 3 up to 0.0243 by the default of the code.",
            "In the code the averages after a return still have the eigenvalues of discarded epochs, by a slip; here they have not.",
            "In the code the largest of the settings ends the returns within 5% of it on a logarithmic scale.",
            "In the spaces S1 to S4 no result was compared.",
        ],
        Source = RobustSource,
    };
}
