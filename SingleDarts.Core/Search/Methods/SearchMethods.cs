using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>The methods of the literature with their published settings, one file each.</summary>
public static partial class SearchMethods
{
    /// <summary>Whether a space is of the family of DARTS (normal and reduction cells), for which most methods have other settings than
    /// for NAS-Bench-201.</summary>
    private static bool IsDartsFamily(SearchSpace space) => space.Cells.Count > 1;

    /// <summary>Whether a space is that of DARTS for ImageNet, behind three convolutions of stride 2.</summary>
    private static bool IsDartsImageNet(SearchSpace space) => IsDartsFamily(space) && space.Layout.HasSecondStem;

    /// <summary>α's optimiser of DARTS and of most that followed: Adam 3e-4 (0.5, 0.999), weight decay 1e-3.</summary>
    private static OptimizerSettings DartsAlpha => OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999, weightDecay: 1e-3);

    /// <summary>w's optimiser of DARTS: SGD 0.025 to 0.001 by a cosine, momentum 0.9, weight decay 3e-4, gradient norm at most 5.</summary>
    private static OptimizerSettings DartsWeights =>
        OptimizerSettings.Default.Sgd(0.025, 0.9, weightDecay: 3e-4).Cosine(0.001).ClipGradientNorm(5);

    /// <summary>w's optimiser of the searches of NAS-Bench-201: as <see cref="DartsWeights"/>, with Nesterov momentum and weight decay
    /// 5e-4.</summary>
    private static OptimizerSettings NasBench201Weights => DartsWeights.Sgd(0.025, 0.9, weightDecay: 5e-4, nesterov: true);
}
