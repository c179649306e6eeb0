using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// ENAS (Pham et al., ICML 2018) as in NAS-Bench-201: a controller draws the paths and is rewarded by their accuracy
    /// (<see cref="EnasScheme"/>); after the search, the best of 100 genotypes of the controller, each on one batch, is the result.
    /// 250 epochs of batches of 128; SGD 0.05 with Nesterov momentum and weight decay 2.5e-4, along a cosine of half period 10 to 0.0005.
    /// </summary>
    /// <param name="candidates">Genotypes that the result is chosen from.</param>
    /// <param name="candidatesPerEpoch">Genotypes that the genotype of an epoch is chosen from.</param>
    /// <remarks>
    /// From <c>D-X-Y/AutoDL-Projects</c> bb2f405 (the code of the paper): the learning rate of its configuration really goes to and fro
    /// with a period of 20 epochs. What differs from it stands at <see cref="EnasScheme"/>. Published: 54.30 on CIFAR-10 test, the cell
    /// of skip connections alone; later code of the same authors found the cell of six 3×3 convolutions (from memory, not verified). ENAS
    /// in its own space chose predecessors, too, with other constants; that is not part of it.
    /// </remarks>
    public static SearchMethod Enas(int candidates = 100, int candidatesPerEpoch = 10) => new("enas", _ => new SearchOptions
    {
        Epochs = 250,
        BatchSize = 128,
        Scheme = new EnasScheme(),
        WeightOptimizer = NasBench201Weights.Sgd(0.05, 0.9, weightDecay: 2.5e-4, nesterov: true)
            .Cosine(0.0005, halfPeriod: 10),
        Derivation = new DrawnSelection { Count = candidates, CountPerEpoch = candidatesPerEpoch, BatchSize = 128 },
    })
    {
        Title = "ENAS",
        Spaces = [InNasBench201],
        Published = [Table1("39.77 ± 0", "54.30 ± 0") + ", the cell of six skip connections"],
        Unverified =
        [
            "NATS-Bench reports the cell of six 3×3 convolutions (from memory).",
            "The controller's batches have augmentation there, none here; its reward is not detached there.",
        ],
        Source = "Pham et al., Efficient Neural Architecture Search via Parameters Sharing, ICML 2018; D-X-Y/AutoDL-Projects bb2f405",
    };
}
