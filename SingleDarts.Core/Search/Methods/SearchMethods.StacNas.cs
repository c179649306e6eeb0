using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>The groups of StacNAS; the first of each stands for it in the first stage. A second skip connection, of which no genotype
    /// knows, gives all edges three candidates.</summary>
    private static readonly string[][] StacNasGroups =
    [
        ["max_pool_3x3", "avg_pool_3x3"], ["skip_connect", SecondSkip], ["sep_conv_3x3", "sep_conv_5x5"], ["dil_conv_3x3", "dil_conv_5x5"],
    ];

    private const string SecondSkip = "skip_connect_2";

    /// <summary>
    /// StacNAS (Li et al., 2019) in the DARTS space: two stages of 80 epochs, of 14 cells with one candidate of each group of similar
    /// ones, and of 20 cells with the two of the group that won an edge (<see cref="GroupedStages"/>); <c>none</c> in both. One level on
    /// all data, softmax, batches of 64; SGD 0.025 to 0.001, gradient norm at most 3, Adam 3e-4 with weight decay 1e-3. Edges are compared
    /// by α itself.
    /// </summary>
    /// <param name="layers">Cells of both stages; 14 and 20 if null.</param>
    /// <remarks><c>susan0199/StacNAS</c> a3c00dd. An edge that a skip connection won has two of them in the second stage, as
    /// there.</remarks>
    /// <exception cref="ArgumentException">There are not two stages.</exception>
    public static SearchMethod StacNas(IReadOnlyList<int>? layers = null)
    {
        if ((layers ??= [14, 20]).Count != 2)
            throw new ArgumentException($"StacNAS has 2 stages; {layers.Count} numbers of layers are given.", nameof(layers));
        return new("stacnas", _ => new SearchOptions
        {
            Epochs = 80,
            BatchSize = 64,
            Scheme = OptimizationSchemes.SingleLevel,
            Relaxation = Relaxations.Softmax,
            WeightOptimizer = DartsWeights.ClipGradientNorm(3),
            ArchitectureOptimizer = DartsAlpha,
            EpochRules = [new GroupedStages(StacNasGroups, layers[1])],
            Derivation = new TopEdges { ComparesAlpha = true },
        })
        {
            Title = "StacNAS",
            Spaces = [InDarts],
            Published =
            [
                "DARTS space, CIFAR-10: 97.52 ± 0.08 test, best 97.67, 3.9 M parameters; ImageNet, searched there: 75.69 top-1, 5.7 M",
            ],
            Unverified =
            [
                "Whether none may be kept, which its text allows and its code does not.",
                "Its genotypes are published as pictures; the parameters counted of them agree with the published ones for ImageNet alone.",
                "Everything is read from the repository of an author; the body of the paper was not available.",
            ],
            Source = "Li et al., StacNAS: Towards Stable and Consistent Differentiable Neural Architecture Search, 2019; " +
                "susan0199/StacNAS a3c00dd",
            Space = space => WithLayers(WithGroups(space), layers[0]),
        };
    }

    /// <summary>The space of DARTS with a second skip connection, every edge with the first of each group and zero operations.</summary>
    private static SearchSpace WithGroups(SearchSpace space)
    {
        string[] known = [.. StacNasGroups.SelectMany(group => group).Where(name => name != SecondSkip)];
        bool fits = space.Cells.All(cell => known.All(name => cell.Operations.Any(o => o.Name == name)) &&
            cell.Operations.All(o => o.Name != SecondSkip));
        return !fits ? space : space.WithCopy("skip_connect", SecondSkip)
            .Restricted(candidate => candidate.IsZero || StacNasGroups.Any(group => group[0] == candidate.Name));
    }
}
