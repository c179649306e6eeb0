using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// DARTS of first order (Liu et al., ICLR 2019): two halves of the data, softmax, SGD 0.025 with a cosine to 0.001, Adam 3e-4 with
    /// weight decay 1e-3, 50 epochs of batches of 64.
    /// </summary>
    /// <remarks>
    /// In the DARTS space as <c>quark0/darts</c> f276dd3: α first, α's batches as from a fresh shuffle. In NAS-Bench-201 as
    /// <c>D-X-Y/AutoDL-Projects</c>: w first, Nesterov momentum, weight decay 5e-4, α's batches with replacement; there the gradient is
    /// clipped over w and the leftover gradient of α, here over w alone. Drop-path is not part of the search.
    /// </remarks>
    public static SearchMethod Darts() => new("darts", space => new SearchOptions
    {
        Scheme = IsDartsFamily(space)
            ? new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement }
            : OptimizationSchemes.BiLevel,
        Relaxation = Relaxations.Softmax,
        WeightOptimizer = IsDartsFamily(space) ? DartsWeights : NasBench201Weights,
        ArchitectureOptimizer = DartsAlpha,
    })
    {
        Title = "DARTS",
        Spaces = [InNasBench201, InDarts],
        Published = [Table1("39.77 ± 0", "54.30 ± 0") + ", the cell of six skip connections"],
        Unverified =
        [
            "In NAS-Bench-201 the gradient is clipped over w and the leftover gradient of α there, over w alone here.",
        ],
        Source = "Liu et al., DARTS: Differentiable Architecture Search, ICLR 2019; quark0/darts f276dd3, D-X-Y/AutoDL-Projects f46486e",
    };

    /// <summary>DARTS of second order, by finite differences of radius 0.01; otherwise as <see cref="Darts"/>.</summary>
    /// <remarks>α first in both spaces. The published code of NAS-Bench-201 ignores Nesterov momentum in the virtual step, as
    /// here.</remarks>
    public static SearchMethod DartsSecondOrder() => new("darts-2nd", space => Darts().Options(space) with
    {
        Scheme = new BiLevelScheme
        {
            Gradient = ArchitectureGradient.FiniteDifference,
            Sampling = IsDartsFamily(space) ? ArchitectureSampling.WithoutReplacement : ArchitectureSampling.WithReplacement,
        },
    })
    {
        Title = "DARTS of second order",
        Spaces = [InNasBench201, InDarts],
        Published =
        [
            Table1("39.77 ± 0", "54.30 ± 0") + ", as of first order", "DARTS space, CIFAR-10: 97.24 ± 0.09 test (Table 3)",
        ],
        Unverified = ["NATS-Bench moves w first: Order = UpdateOrder.WeightsFirst of the scheme."],
        Source = Darts().Source,
    };
}
