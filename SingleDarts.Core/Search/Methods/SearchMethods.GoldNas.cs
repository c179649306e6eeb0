using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// GOLD-NAS (Bi et al., 2020) in the cells of DARTS, 14 by default, each with choices of its own among a skip connection and
    /// <c>sep_conv_3x3</c> (<see cref="SearchSpaces.GoldNas(int, long, int, long, long, long)"/>): 392 sigmoids from α = 0, one level on
    /// all data, batches of 96; w by SGD at a constant 0.01, α by SGD at 1, both with momentum 0.9. A penalty on shares of nodes
    /// (<see cref="NodeSharePenalty"/>) whose weight follows the pruning (<see cref="SharePruning"/>); what is left is the genotype
    /// (<see cref="SurvivingOperations"/>).
    /// </summary>
    /// <param name="layers">Number of cells.</param>
    /// <param name="multiplyAdds">Multiply-adds of the network below which the search stops; if null, candidates may have the share of all
    /// that 240 million leave them with 36 channels (<see cref="SharePruning.LimitShare"/>).</param>
    /// <remarks>
    /// <c>sunsmarterjie/GOLD_NAS</c> 3b40c2a, whose README calls it unofficial. It searches with 36 channels (16 on small devices) and
    /// AutoAugment, cutout, crop and flip, which a transform of the search is to do, and until the limit is reached; here for 200 epochs at
    /// most.
    /// </remarks>
    public static SearchMethod GoldNas(int layers = 14, double? multiplyAdds = null) => new("gold-nas", _ => new SearchOptions
    {
        Epochs = 200,
        BatchSize = 96,
        Scheme = OptimizationSchemes.SingleLevel,
        Relaxation = new NodeShareSigmoid(),
        Penalties = [new NodeSharePenalty()],
        WeightOptimizer = DartsWeights.Sgd(0.01, 0.9, weightDecay: 3e-4).Constant(),
        ArchitectureOptimizer = DartsAlpha.Sgd(1, 0.9, weightDecay: 0),
        EpochRules = [new SharePruning { Limit = multiplyAdds }],
        Derivation = new SurvivingOperations(),
    })
    {
        Title = "GOLD-NAS",
        Spaces = [InDarts],
        Published = ["DARTS cells of two candidates, CIFAR-10: 97.01 test with 1.58 M parameters; ImageNet: 76.1 top-1"],
        Unverified =
        [
            "The code calls itself unofficial: whether the paper prunes as it does, μ of the paper, its larger models and ImageNet.",
            "Its auxiliary classifier (weight 0.4) during the search is left out; AutoAugment and cutout are left to the transform.",
            "A candidate whose share falls to 0.01 within an epoch is inactive there for good, here as long as it is so small.",
            "It searches until the limit is reached; here for 200 epochs at most. The networks of its genotypes have batch " +
                "normalisations that learn nothing; here they learn scale and shift.",
        ],
        Source = "Bi et al., GOLD-NAS: Gradual, One-Level, Differentiable, 2020; sunsmarterjie/GOLD_NAS 3b40c2a (unofficial)",
        Space = space => IsDartsFamily(space) ? SearchSpaces.GoldNas(WithLayers(space, layers)) : space,
    };
}
