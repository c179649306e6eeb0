using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// CDARTS (Yu et al., Cyclic Differentiable Architecture Search): search network and evaluation network of the present genotype teach
    /// each other (<see cref="CdartsScheme"/>). SGD 0.08, constant, momentum 0.9, weight decay 3e-4 for both, Adam 3e-4 without decay,
    /// batches of 64, an L1 penalty on α that fades. In NAS-Bench-201 50 cycles of one epoch, and the penalty is on <c>none</c>. In the
    /// space of DARTS 32 cycles, of which 2 train the search network alone; evaluation networks of 20 cells, classifiers that do not learn,
    /// nodes that average their edges, and the penalty is on poolings and skip connections. In that for ImageNet 40 cycles, 10 of them
    /// alone, evaluation networks of 14 cells, 3 epochs of warm-up, batches of 1024, SGD 0.8 with weight decay 1e-5, KL divergence.
    /// </summary>
    /// <param name="evaluationLayers">Cells of the evaluation network in the spaces of DARTS; null for those above.</param>
    /// <param name="weighsEdges">Whether weights β of the edges are learnt with α and derived with it, in the spaces of DARTS.</param>
    /// <remarks>
    /// From <c>researchmm/CyDAS</c> 7dddc8d (<c>benchmark201/</c> with its script of one GPU), whose code is that of
    /// <c>microsoft/Cream</c> 4a13c40, and the authors' scripts for CIFAR and ImageNet. The result is the genotype of the last α: argmax,
    /// <c>none</c> included, in NAS-Bench-201, the two best edges of each node in the space of DARTS.
    /// </remarks>
    public static SearchMethod Cdarts(int? evaluationLayers = null, bool weighsEdges = false) => new("cdarts", space =>
    {
        IRelaxation relaxation = weighsEdges ? new EdgeNormalizedSoftmax() : new EdgeAveragedSoftmax();
        if (!IsDartsFamily(space))
            return CdartsOptions(epochs: 50, CdartsPenalty(space, ratio: 0.667, freezeShare: 0));
        if (!IsDartsImageNet(space))
            return CdartsOptions(epochs: 32, CdartsPenalty(space, ratio: 0.667, freezeShare: 2.0 / 32)) with
            {
                Scheme = new CdartsScheme { EvaluationLayers = evaluationLayers ?? 20, TrainsHeads = false },
                Relaxation = relaxation,
                ArchitectureOptimizer = CdartsAlpha.FreezeFor(2, of: 32),
            };
        OptimizerSettings weights = CdartsWeights.Sgd(0.8, 0.9, weightDecay: 1e-5);
        return CdartsOptions(epochs: 40, CdartsPenalty(space, ratio: 0.5, freezeShare: 10.0 / 40)) with
        {
            BatchSize = 1024,
            Scheme = new CdartsScheme
            {
                EvaluationLayers = evaluationLayers ?? 14, WarmUpEpochs = 3, Distance = DistillationDistance.KullbackLeibler,
                Evaluation = weights,
            },
            Relaxation = relaxation,
            WeightOptimizer = weights,
            ArchitectureOptimizer = CdartsAlpha.Adam(3e-4, 0.5, 0.999, weightDecay: 1e-5).FreezeFor(10, of: 40),
        };
    })
    {
        Title = "CDARTS",
        Spaces = [InNasBench201, InDarts, InDartsImageNet],
        Published =
        [
            Table1("91.13 ± 0.44", "94.02 ± 0.31"),
            "DARTS space, CIFAR-10: 97.52 ± 0.04 test (Table 3); ImageNet: 76.3 top-1 on average, 76.6 the best (Table 2)",
        ],
        Unverified =
        [
            "That the published result of NAS-Bench-201 was found with this script unchanged.",
            "That the learning rates were constant in the published runs: the code never steps its schedulers, and the published logs " +
                "are empty.",
            "The gradient is clipped over both networks and α together there, over the parameters of each optimiser here.",
            "The code goes through α's half in order beside that of w; here each of its batches is one of a fresh shuffle. The halves " +
                "are the first and the last 25,000 images there, random here.",
            "In NAS-Bench-201 the networks have no batch normalisation and ReLU before their head there; here they have the head of the " +
                "space.",
            "In the space of DARTS the search network normalises its poolings, as in DARTS; one state of the code (a733e2c) does not.",
            "In the space of DARTS the weights of an operation behind an identity of the same node are not kept there, which looks like " +
                "a mistake; here they are.",
            "On ImageNet 20% of the steps of an epoch are taken there; give such a part of the images.",
        ],
        Source = "Yu et al., Cyclic Differentiable Architecture Search, TPAMI 2022; researchmm/CyDAS 7dddc8d, microsoft/Cream 4a13c40",
    };

    /// <summary>w's optimiser of CDARTS, of either network.</summary>
    private static OptimizerSettings CdartsWeights =>
        OptimizerSettings.Default.Sgd(0.08, 0.9, weightDecay: 3e-4).ClipGradientNorm(5);

    private static OptimizerSettings CdartsAlpha => OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999).ClipGradientNorm(5);

    private static SearchOptions CdartsOptions(int epochs, IReadOnlyList<IPenalty> penalties) => new()
    {
        Epochs = epochs,
        Scheme = new CdartsScheme(),
        Relaxation = Relaxations.Softmax,
        WeightOptimizer = CdartsWeights,
        ArchitectureOptimizer = CdartsAlpha,
        Penalties = penalties,
    };

    /// <summary>5 times the mean |α| of <c>none</c>; in the space of DARTS 5 times the sum of poolings and skip connections, which the code
    /// adds once for each of its three stages. None in a space without these operations.</summary>
    private static IReadOnlyList<IPenalty> CdartsPenalty(SearchSpace space, double ratio, double freezeShare)
    {
        bool isDarts = IsDartsFamily(space);
        string[] penalised = isDarts ? ["max_pool_3x3", "avg_pool_3x3", "skip_connect"] : ["none"];
        string[] present = [.. penalised.Where(name => space.Cells.Any(cell => cell.Operations.Any(o => o.Name == name)))];
        return present.Length == 0 ? [] :
        [
            new OperationPenalty(present)
            {
                Weight = new FadingCoefficient { Start = isDarts ? 3 * 5 : 5, Share = ratio, FreezeShare = freezeShare },
                TakesMean = !isDarts,
            },
        ];
    }
}
