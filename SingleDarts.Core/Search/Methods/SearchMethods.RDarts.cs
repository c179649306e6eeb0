using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    private const string RobustSource = "Zela et al., Understanding and Robustifying Differentiable Architecture Search, ICLR 2020; " +
        "automl/RobustDARTS 3dec3fe";

    /// <summary>The factors of the weight decay 3e-4 with which the four searches of the protocol R-DARTS (L2) are run.</summary>
    public static IReadOnlyList<double> RDartsL2Factors { get; } = [1, 3, 9, 27];

    /// <summary>The largest drop-path probabilities with which the four searches of the protocol R-DARTS (DP) are run.</summary>
    public static IReadOnlyList<double> RDartsDpRates { get; } = [0, 0.2, 0.4, 0.6];

    /// <summary>
    /// One search of R-DARTS (L2) (Zela et al., ICLR 2020): DARTS of second order with more weight decay of w. The protocol is one search
    /// with each of <see cref="RDartsL2Factors"/>, and the genotype whose network has the best validation accuracy after a short training
    /// (<see cref="ListedGenotypes"/>). Everything else is that of <see cref="DartsSecondOrder"/>.
    /// </summary>
    /// <param name="factor">Factor of the weight decay 3e-4; 1, 3, 9 or 27.</param>
    public static SearchMethod RDartsL2(double factor = 3) => new("r-darts-l2", space =>
    {
        SearchOptions options = DartsSecondOrder().Options(space);
        return options with { WeightOptimizer = options.WeightOptimizer.WithWeightDecay(3e-4 * factor) };
    })
    {
        Title = "R-DARTS (L2)",
        Spaces = [InDarts],
        Published = ["DARTS space, CIFAR-10: 97.05 ± 0.21 test; CIFAR-100: 81.99 ± 0.26 test; of the best of four searches"],
        Unverified =
        [
            "No factor of its own is published: the result is the best of four searches. 3 had the smallest errors in the published logs " +
                "of S1.",
            "That the four factors are 1, 3, 9 and 27, as in code and logs, and the selection by validation after a short training, as " +
                "in SmoothDARTS issue 5.",
            "In the spaces S1 to S4 no result was compared.",
        ],
        Source = RobustSource,
    };

    /// <summary>
    /// One search of R-DARTS (DP) (Zela et al., ICLR 2020): DARTS of second order with drop-path on every edge
    /// (<see cref="EdgeDropPath"/>) that rises to a probability in the last epoch. Cutout of 16 pixels belongs to it, which the transform
    /// of the data does (<c>ImageAugmentation.Cifar10Training</c>). The protocol is one search with each of <see cref="RDartsDpRates"/>, of
    /// which that with 0 has no cutout, and a selection as in <see cref="RDartsL2"/>.
    /// </summary>
    /// <param name="rate">Drop-path in the last epoch; 0, 0.2, 0.4 or 0.6.</param>
    public static SearchMethod RDartsDp(double rate = 0.2) => new("r-darts-dp", space => DartsSecondOrder().Options(space) with
    {
        EdgeDecorators = rate == 0 ? [] : [new EdgeDropPath(rate)],
    })
    {
        Title = "R-DARTS (DP)",
        Spaces = [InDarts],
        Published = ["S1, CIFAR-10: a normal cell with 3 skip connections where DARTS finds 7 (published logs, drop-path 0.2)"],
        Unverified =
        [
            "No rate of its own is published: the result is the best of four searches; 0.2 is the default of the code.",
            "That the four rates are 0, 0.2, 0.4 and 0.6, as in code and logs, and the selection by validation after a short training, " +
                "as in SmoothDARTS issue 5.",
            "The text lets the probability of cutout rise with the drop-path. The code sets a number that its transform does not read, " +
                "so that cutout is always applied; so it is here, if the transform has it.",
            "In the spaces S1 to S4 no result was compared.",
        ],
        Source = RobustSource,
    };
}
