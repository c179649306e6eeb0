using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// FairDARTS (Chu et al., ECCV 2020) in the DARTS space without <c>none</c>: independent sigmoids that start at 0.5, a zero-one loss of
    /// weight 10 on α, first order with two halves of the data, 50 epochs of batches of 128; SGD 0.005 to 0.001, Adam 3e-3 (0.9, 0.999).
    /// Operations from 0.85 on are kept, at most one on each of two edges of a node (<see cref="ThresholdEdges"/>).
    /// </summary>
    /// <remarks>
    /// <c>xiaomi-automl/FairDARTS</c> 270cfc9. Its option <c>--single_level</c> is <c>.Using(OptimizationSchemes.SingleLevel)</c>. The
    /// genotypes of early epochs have no genes: α needs many steps to 0.85. Its searches on ImageNet are in another space.
    /// </remarks>
    public static SearchMethod FairDarts() => new("fairdarts", _ => new SearchOptions
    {
        Epochs = 50,
        BatchSize = 128,
        Scheme = new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement },
        Relaxation = new SigmoidRelaxation(0.5),
        Penalties = [new ZeroOneLoss(10)],
        WeightOptimizer = DartsWeights.Sgd(0.005, 0.9, weightDecay: 3e-4),
        ArchitectureOptimizer = DartsAlpha.Adam(3e-3, 0.9, 0.999, weightDecay: 1e-3),
        Derivation = new ThresholdEdges(),
    })
    {
        Title = "FairDARTS",
        Spaces = [InDarts],
        Published = ["DARTS space, CIFAR-10: 97.46 ± 0.05 test, seven searches; the first 2.83 M parameters with the auxiliary classifier"],
        Unverified =
        [
            "Its networks drop a path at the sum of a node in training; here at every operation.",
            "600 epochs and batches of 128 by its text, 1,600 epochs and batches of 96 by its author, for the training of the genotype.",
        ],
        Source = "Chu et al., Fair DARTS: Eliminating Unfair Advantages in Differentiable Architecture Search, ECCV 2020; " +
            "xiaomi-automl/FairDARTS 270cfc9",
        Space = WithoutZero,
    };
}
