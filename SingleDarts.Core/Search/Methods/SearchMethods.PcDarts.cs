using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// PC-DARTS (Xu et al., ICLR 2020): DARTS of first order with <see cref="PartialChannels"/> and weights β of the edges
    /// (<see cref="EdgeNormalizedSoftmax"/>), which Adam moves with α. On CIFAR K = 4, 50 epochs of batches of 256, SGD 0.1 to 0, Adam
    /// 6e-4; α and β stand still in epochs 0 to 14. In the space of DARTS for ImageNet K = 2, batches of 1024, SGD 0.5 to 0 behind a
    /// warm-up of 5 epochs, Adam 6e-3 with clipping; still in epochs 0 to 34.
    /// </summary>
    /// <param name="k">K: one of K channels is seen by the candidates; null for that of the space.</param>
    /// <remarks>
    /// <para>Settings of <c>yuhuixu1993/PC-DARTS</c> b74702f (<c>train_search.py</c>, <c>train_search_imagenet.py</c>); its learning
    /// rates by their closed form, as the script for ImageNet would under a new PyTorch continue the cosine from the warm-up. Genotypes
    /// do not change while α stands still. The default derivation of the spaces, <see cref="TopEdges"/>, reads α and β.</para>
    /// <para>Different there: on ImageNet w is moved by a tenth and α by a fortieth of the images, an equal share of every class, made
    /// beforehand. Give such a subset, of which this method takes four fifths for w and one for α, drawn without regard to classes;
    /// α's batches are drawn again at every step, while the script goes through its part in order.</para>
    /// <para>Not verified: the weight decay of w on ImageNet, 3e-4 in the code, in the paper perhaps 3e-5.</para>
    /// </remarks>
    public static SearchMethod PcDarts(int? k = null) => new("pc-darts", space => IsDartsImageNet(space)
        ? PcDarts(k ?? 2, trainPortion: 0.8) with
        {
            BatchSize = 1024,
            WeightOptimizer = DartsWeights.Sgd(0.5, 0.9, weightDecay: 3e-4).Cosine().WarmUp(5, of: 50, overlaps: true),
            ArchitectureOptimizer = DartsAlpha.Adam(6e-3, 0.5, 0.999, weightDecay: 1e-3).FreezeFor(35, of: 50).ClipGradientNorm(5),
        }
        : PcDarts(k ?? 4, trainPortion: 0.5))
    {
        Title = "PC-DARTS",
        Spaces = [InDarts, InDartsImageNet],
        Published = ["DARTS space, CIFAR-10: 97.43 ± 0.07 test (Table 3); ImageNet: 75.8 top-1 (Table 2)"],
        Unverified = ["The weight decay of w on ImageNet is 3e-4 in the code, in the paper perhaps 3e-5."],
        Source = "Xu et al., PC-DARTS: Partial Channel Connections for Memory-Efficient Architecture Search, ICLR 2020; " +
            "yuhuixu1993/PC-DARTS b74702f",
    };

    private static SearchOptions PcDarts(int k, double trainPortion) => new()
    {
        Epochs = 50,
        BatchSize = 256,
        Scheme = new BiLevelScheme
        {
            Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement, TrainPortion = trainPortion,
        },
        Relaxation = new EdgeNormalizedSoftmax(),
        EdgeDecorators = [new PartialChannels(k)],
        WeightOptimizer = DartsWeights.Sgd(0.1, 0.9, weightDecay: 3e-4).Cosine(),
        ArchitectureOptimizer = DartsAlpha.Adam(6e-4, 0.5, 0.999, weightDecay: 1e-3).FreezeFor(15, of: 50),
    };
}
