using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// DropNAS (Hong et al., IJCAI 2020) in the DARTS space of 14 cells: every forward pass drops candidates of two groups, those with
    /// weights and those without (<see cref="GroupDropSoftmax"/>), one level on all data with a decay of what was computed
    /// (<see cref="PartialDecayScheme"/>), 76 epochs of batches of 96; SGD 0.0375 to 0.0015, gradient norm at most 3, Adam 3e-4 (0.5,
    /// 0.999). Edges are compared by α itself.
    /// </summary>
    /// <param name="layers">Number of cells.</param>
    /// <remarks>
    /// <c>wiljohnhong/DropNAS</c> 90582ee. Its candidates stand in another order, which only decides ties. Its searches without poolings or
    /// with skip connections in their place are searches in other spaces.
    /// </remarks>
    public static SearchMethod DropNas(int layers = 14) => new("dropnas", _ => new SearchOptions
    {
        Epochs = 76,
        BatchSize = 96,
        Scheme = new PartialDecayScheme(),
        Relaxation = new GroupDropSoftmax(),
        WeightOptimizer = DartsWeights.Sgd(0.0375, 0.9, weightDecay: 0).Cosine(0.0015).ClipGradientNorm(3),
        ArchitectureOptimizer = DartsAlpha.Adam(3e-4, 0.5, 0.999, weightDecay: 0),
        Derivation = new TopEdges { ComparesAlpha = true },
    })
    {
        Title = "DropNAS",
        Spaces = [InDarts],
        Published =
        [
            "DARTS space, CIFAR-10: 97.42 ± 0.14 test, best 97.74, of eight searches (Table 3); ImageNet: 76.6 top-1 (Table 2)",
            "the same without dropping: 97.10 ± 0.16",
        ],
        Unverified =
        [
            "The code decays weights whose gradient begins with a number other than 0, here all that the backward pass reaches.",
            "Its warm-up without dropping has 0 epochs and is left out.",
        ],
        Source = "Hong et al., DropNAS: Grouped Operation Dropout for Differentiable Architecture Search, IJCAI 2020; " +
            "wiljohnhong/DropNAS 90582ee",
        Space = space => WithLayers(space, layers),
    };
}
