using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>The methods of the literature with their published settings, one file each.</summary>
public static partial class SearchMethods
{
    private const string InNasBench201 = "nasbench201", InDarts = "darts", InDartsImageNet = "darts-imagenet",
        InSharpDarts = "sharpdarts";

    /// <summary>All methods, with their published settings.</summary>
    public static IReadOnlyList<SearchMethod> All { get; } =
    [
        SingleDarts(), Darts(), DartsSecondOrder(), Gdas(), PcDarts(), PDarts(), DartsMinus(), Cdarts(), Enas(), Rsps(), RspsNats(), Setn(),
        DartsPlus(), DropNas(), FairDarts(), SdartsRs(), SdartsAdv(), StacNas(), SharpDarts(), ProxylessNas(), Snas(), RDartsL2(),
        RDartsDp(), DartsEs(), DartsAda(), GoldNas(),
    ];

    /// <summary>A method by its name.</summary>
    /// <param name="name">For example <c>gdas</c>.</param>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    public static SearchMethod Named(string name) => All.FirstOrDefault(method => method.Name == name) ?? throw new ArgumentException(
        $"There is no method '{name}'; there are {string.Join(", ", All.Select(method => method.Name))}.", nameof(name));

    /// <summary>A row of Table 1 of the paper for CIFAR-10.</summary>
    private static string Table1(string validation, string test) =>
        $"NAS-Bench-201, CIFAR-10: {validation} validation, {test} test (Table 1)";

    /// <summary>Whether a space is of the family of DARTS (normal and reduction cells), for which most methods have other settings than
    /// for NAS-Bench-201.</summary>
    private static bool IsDartsFamily(SearchSpace space) => space.Cells.Count > 1;

    /// <summary>Whether a space is that of DARTS for ImageNet, behind three convolutions of stride 2.</summary>
    private static bool IsDartsImageNet(SearchSpace space) => IsDartsFamily(space) && space.Layout.HasSecondStem;

    /// <summary>The space without zero operations on any edge, as FairDARTS and SDARTS search.</summary>
    private static SearchSpace WithoutZero(SearchSpace space) => space.Restricted(candidate => !candidate.IsZero);

    /// <summary>The space with another number of cells, if it is of the family of DARTS.</summary>
    private static SearchSpace WithLayers(SearchSpace space, int layers) =>
        layers >= 3 && IsDartsFamily(space) ? space.WithStages(SearchSpaces.DartsStages(layers)) : space;

    /// <summary>α's optimiser of DARTS and of most that followed: Adam 3e-4 (0.5, 0.999), weight decay 1e-3.</summary>
    private static OptimizerSettings DartsAlpha => OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999, weightDecay: 1e-3);

    /// <summary>w's optimiser of DARTS: SGD 0.025 to 0.001 by a cosine, momentum 0.9, weight decay 3e-4, gradient norm at most 5.</summary>
    private static OptimizerSettings DartsWeights =>
        OptimizerSettings.Default.Sgd(0.025, 0.9, weightDecay: 3e-4).Cosine(0.001).ClipGradientNorm(5);

    /// <summary>w's optimiser of the searches of NAS-Bench-201: as <see cref="DartsWeights"/>, with Nesterov momentum and weight decay
    /// 5e-4.</summary>
    private static OptimizerSettings NasBench201Weights => DartsWeights.Sgd(0.025, 0.9, weightDecay: 5e-4, nesterov: true);
}
