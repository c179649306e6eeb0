using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// Random search with parameter sharing (RSPS; Li and Talwalkar, UAI 2019) as in NAS-Bench-201: every batch moves w along a path that
    /// is drawn uniformly, and the best of 100 random genotypes, each on another batch of 512, is the result. 250 epochs of batches of 64.
    /// </summary>
    /// <param name="candidates">Genotypes that the result is chosen from, and that of every epoch.</param>
    /// <remarks>
    /// Settings of <c>D-X-Y/AutoDL-Projects</c> bb2f405 (the code of the paper of NAS-Bench-201). Batch normalisations of candidates
    /// keep no running statistics, which its author recommends; published Table 5 has both. The original, in the DARTS space, draws two
    /// predecessors for each node, scores 1,000 genotypes on 10 batches and the best 10 on the whole half; that second stage is not part
    /// of it.
    /// </remarks>
    public static SearchMethod RandomSearch(int candidates = 100) => new("rsps", _ => new SearchOptions
    {
        Epochs = 250,
        BatchSize = 64,
        Scheme = OptimizationSchemes.UniformPath,
        WeightOptimizer = NasBench201Weights,
        Derivation = new DrawnSelection { Count = candidates, CountPerEpoch = candidates },
    })
    {
        Source = "Li and Talwalkar, Random Search and Reproducibility for Neural Architecture Search, UAI 2019; " +
            "D-X-Y/AutoDL-Projects bb2f405",
    };
}
