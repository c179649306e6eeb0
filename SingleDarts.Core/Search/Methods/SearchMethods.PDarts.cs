using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// P-DARTS (Chen et al., ICCV 2019) in the DARTS space: three stages of 25 epochs with 5, 11 and 17 cells and 8, 5 and 3 candidates on
    /// every edge, dropout behind skip connections, at most two skip connections in the normal cell. In each stage α stands still for 10
    /// epochs, then moves before w (first order). Batches of 96; SGD 0.025 with a cosine to 0, weight decay 3e-4; Adam 6e-4 (0.5,
    /// 0.999), weight decay 1e-3; both gradients clipped at 5.
    /// </summary>
    /// <param name="layers">Cells of each stage.</param>
    /// <param name="dropout">Dropout at the start of each stage.</param>
    /// <param name="maximumSkips">Most skip connections of the normal cell.</param>
    /// <remarks>
    /// From <c>chenxin061/pdarts</c> b880e87. The paper's dropout starts at 0, 0.4 and 0.7 (issue 29 there), the README's at 0.1, 0.4 and
    /// 0.7. The code passes over α's half in order; here each of its batches is one of a fresh shuffle. The code's α of later stages
    /// has as many columns as there are candidates; here it keeps all columns, and the others have p = 0.
    /// </remarks>
    public static SearchMethod PDarts(
        IReadOnlyList<int>? layers = null, IReadOnlyList<double>? dropout = null, int maximumSkips = 2)
    {
        layers ??= [5, 11, 17];
        const int frozen = 10, epochs = 25;
        return new("p-darts", _ => new SearchOptions
        {
            Epochs = epochs,
            BatchSize = 96,
            Scheme = new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement },
            Relaxation = Relaxations.Softmax,
            WeightOptimizer = DartsWeights.Cosine(0),
            ArchitectureOptimizer = DartsAlpha.Adam(6e-4, 0.5, 0.999, weightDecay: 1e-3).ClipGradientNorm(5)
                .FreezeFor(frozen, of: epochs),
            EdgeDecorators = [new CandidateDropout("skip_connect",
                [.. (dropout ?? [0, 0.4, 0.7]).Select(p => new ProgressiveDropout { Start = p, FreezeShare = (double)frozen / epochs })])],
            EpochRules = [new ProgressiveStages(layers, [.. new[] { 3, 2 }.Take(layers.Count - 1)])],
            Derivation = new SkipLimitedEdges { MaximumSkips = maximumSkips },
        })
        {
            Title = "P-DARTS",
            Spaces = [InDarts],
            Published = ["DARTS space, CIFAR-10: 97.50 test (Table 3); ImageNet: 75.6 top-1 (Table 2)"],
            Unverified = ["The code passes over α's half in order; here each of its batches is one of a fresh shuffle."],
            Source = "Chen et al., Progressive Differentiable Architecture Search, ICCV 2019; chenxin061/pdarts b880e87",
            Space = space => WithLayers(space, layers[0]),
        };
    }
}
