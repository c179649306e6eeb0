using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// SNAS (Xie et al., ICLR 2019) in the DARTS space: a softmax of α with Gumbel noise mixes all candidates
    /// (<see cref="GumbelRelaxation.IsSoft"/>), one level on all data, 150 epochs of batches of 64; the temperature e epochs after the
    /// first is 1 − 0.97 (e + 1) / 150. SGD 0.025 to 0.001, gradient norm at most 5, Adam 3e-4 with weight decay 1e-3, gradient norm at
    /// most 10. Every edge is kept, with the operation of the largest α, <c>none</c> included.
    /// </summary>
    /// <remarks>
    /// <c>SNAS-Series/SNAS-Series</c> 9a43adb. α's optimiser is that of its distributed script; the other one has SGD 3e-4. Its cost term
    /// and its drop-path of 0.3 on edges are left out, so that this is SNAS without a constraint on resources.
    /// </remarks>
    public static SearchMethod Snas() => new("snas", _ => new SearchOptions
    {
        Epochs = 150,
        BatchSize = 64,
        Scheme = OptimizationSchemes.SingleLevel,
        Relaxation = new GumbelRelaxation
        {
            IsSoft = true,
            Temperature = Schedule.Linear(1 - (0.97 / 150), 0.03, reachesEnd: true),
            InitialMean = 1,
            InitialDeviation = 0.01,
        },
        WeightOptimizer = DartsWeights,
        ArchitectureOptimizer = DartsAlpha.ClipGradientNorm(10),
        Derivation = new EdgeArgmax(),
    })
    {
        Title = "SNAS",
        Spaces = [InDarts],
        Published =
        [
            "DARTS space, CIFAR-10, with a constraint on resources: mild 97.02 test, 2.9 M parameters; moderate 97.15 ± 0.02, 2.8 M; " +
                "aggressive 96.90, 2.3 M",
        ],
        Unverified =
        [
            "The cost term and the drop-path of 0.3 on edges of the published searches are left out.",
            "Its single-GPU script moves α by SGD 3e-4, its distributed one by Adam, as here.",
            "The published genotypes keep two edges of a node; how they were made of all edges is not known.",
        ],
        Source = "Xie et al., SNAS: Stochastic Neural Architecture Search, ICLR 2019; SNAS-Series/SNAS-Series 9a43adb",
    };
}
