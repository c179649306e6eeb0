using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// Random search with parameter sharing (RSPS; Li and Talwalkar, UAI 2019): every batch moves w along a path that is drawn uniformly,
    /// and the best of many random genotypes by one-shot accuracy is the result. In NAS-Bench-201 250 epochs of batches of 64, and 100
    /// genotypes, each on another batch of 512; in the DARTS space 100 epochs, gradient norm at most 0.25, and 1,000 genotypes, each on
    /// ten batches of 64, of which the best ten are scored once more on the whole half.
    /// </summary>
    /// <param name="candidates">Genotypes that the result is chosen from; null for 100 and 1,000.</param>
    /// <remarks>
    /// In NAS-Bench-201 as <c>D-X-Y/AutoDL-Projects</c> bb2f405 (the code of the paper). Batch normalisations of candidates keep no running
    /// statistics, which its author recommends; published Table 5 has both. In the DARTS space as <c>liamcli/randomNAS_release</c>
    /// 14b86a4, which also draws <c>none</c> and takes the best of three such selections.
    /// </remarks>
    public static SearchMethod Rsps(int? candidates = null) => new("rsps", space => IsDartsFamily(space)
        ? new SearchOptions
        {
            Epochs = 100,
            Scheme = OptimizationSchemes.UniformPath,
            WeightOptimizer = DartsWeights.ClipGradientNorm(0.25),
            Derivation = new DrawnSelection
            {
                Count = candidates ?? 1000, CountPerEpoch = 1, BatchSize = 64, Batches = 10, Finalists = 10,
            },
        }
        : new SearchOptions
        {
            Epochs = 250,
            Scheme = OptimizationSchemes.UniformPath,
            WeightOptimizer = NasBench201Weights,
            Derivation = new DrawnSelection { Count = candidates ?? 100, CountPerEpoch = candidates ?? 100 },
        })
    {
        Title = "RSPS, random search with parameter sharing",
        Spaces = [InNasBench201, InDarts],
        Published =
        [
            Table1("84.16 ± 1.69", "87.66 ± 1.69"),
            "the same with running statistics: 80.42 ± 3.58 validation, 84.07 ± 3.61 test (paper of NAS-Bench-201, as others quote it)",
        ],
        Unverified =
        [
            "Which of both published rows has running statistics; here there are none.",
            "In the DARTS space the code draws none, too, and takes the best of three such selections.",
        ],
        Source = "Li and Talwalkar, Random Search and Reproducibility for Neural Architecture Search, UAI 2019; " +
            "D-X-Y/AutoDL-Projects bb2f405, liamcli/randomNAS_release 14b86a4",
    };

    /// <summary>
    /// RSPS as in NATS-Bench (Dong et al., TPAMI 2021): every cell draws a path of its own, in which no node gets <c>none</c> alone; the
    /// best of 100 different genotypes, each on another batch of 512, is the result. 100 epochs of batches of 64, no clipping.
    /// </summary>
    /// <param name="candidates">Genotypes that the result is chosen from, and that of every epoch.</param>
    /// <remarks><c>D-X-Y/AutoDL-Projects</c> f46486e, <c>exps/NATS-algos</c>. Its configuration has 100 epochs, its script runs 200. Its
    /// batch normalisation before the head keeps no statistics, here it does.</remarks>
    public static SearchMethod RspsNats(int candidates = 100) => new("rsps-nats", _ => new SearchOptions
    {
        Epochs = 100,
        Scheme = new UniformPathScheme { DrawsPerCell = true },
        WeightOptimizer = NasBench201Weights.ClipGradientNorm(null),
        Derivation = new DrawnSelection { Count = candidates, CountPerEpoch = candidates, IsDistinct = true },
    })
    {
        Title = "RSPS of NATS-Bench",
        Spaces = [InNasBench201],
        Published = ["NATS-Bench, CIFAR-10: 87.60 ± 0.61 validation, 91.05 ± 0.66 test (from memory)"],
        Unverified = ["Whether the published curves have 100 epochs, as the configuration, or 200, as the script."],
        Source = "Dong et al., NATS-Bench: Benchmarking NAS Algorithms for Architecture Topology and Size, TPAMI 2021; " +
            "D-X-Y/AutoDL-Projects f46486e",
    };
}
