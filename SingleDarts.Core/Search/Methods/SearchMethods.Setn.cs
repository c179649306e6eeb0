using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// SETN (Dong and Yang, ICCV 2019) as in NAS-Bench-201: w along a uniform path of each batch, then α with the softmax mixture of all
    /// candidates; the best of the 100 most probable genotypes (<see cref="MostProbableSelection"/>), each on another batch of 512, is the
    /// result. 250 epochs of batches of 64, no clipping.
    /// </summary>
    /// <param name="candidates">Genotypes that the result is chosen from, and that of every epoch.</param>
    /// <remarks>From <c>D-X-Y/AutoDL-Projects</c> bb2f405 (the code of the paper of NAS-Bench-201); its later state cannot be
    /// run.</remarks>
    public static SearchMethod Setn(int candidates = 100) => new("setn", _ => new SearchOptions
    {
        Epochs = 250,
        Scheme = new UniformPathScheme { MovesArchitecture = true },
        Relaxation = Relaxations.Softmax,
        WeightOptimizer = NasBench201Weights.ClipGradientNorm(null),
        ArchitectureOptimizer = DartsAlpha,
        Derivation = new MostProbableSelection { Count = candidates, CountPerEpoch = candidates },
    })
    {
        Title = "SETN",
        Spaces = [InNasBench201],
        Published = [Table1("82.25 ± 5.17", "86.19 ± 4.63")],
        Unverified =
        [
            "The abstract of the paper speaks of candidates that are sampled, the code takes the most probable: " +
                "MostProbableSelection.IsSampled.",
        ],
        Source = "Dong and Yang, One-Shot Neural Architecture Search via Self-Evaluated Template Network, ICCV 2019; " +
            "D-X-Y/AutoDL-Projects bb2f405",
    };
}
