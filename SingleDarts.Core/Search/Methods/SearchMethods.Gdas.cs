using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// GDAS (Dong and Yang, CVPR 2019): every forward pass draws one operation for each edge and computes it alone
    /// (<see cref="GumbelRelaxation"/>, τ linear from 10 to 0.1); w and then α with halves of the data and draws of their own, 250 epochs.
    /// Batches of 64 in NAS-Bench-201, of 256 in the space of DARTS.
    /// </summary>
    /// <remarks>
    /// <para>Settings of <c>D-X-Y/AutoDL-Projects</c> f46486e (<c>GDAS.py</c>, <c>GDAS-NASNet-CIFAR.config</c>): SGD 0.025 to 0.001 with
    /// Nesterov momentum, weight decay 5e-4; Adam 3e-4 (0.5, 0.999), weight decay 1e-3. In NAS-Bench-201 operations that are not drawn
    /// count in the gradient of α (<see cref="GumbelRelaxation.CountsUncomputed"/>) and the argmax of α is derived, <c>none</c> included;
    /// in the space of DARTS they do not, and the two best pairs of operation and source are (<see cref="TopPairs"/>).</para>
    /// <para>Different there: the gradient is clipped over w and the leftover gradient of α, here over w alone. In the space of DARTS it
    /// searches six cells, <c>SearchSpaces.Darts(layers: 6)</c>, its poolings are not normalised, its convolutions have biases, and a
    /// batch normalisation and a ReLU stand before the head. Not offered: FRC, the variant of a fixed reduction cell.</para>
    /// <para>Not verified: the last τ of the paper, which may be another one; that this code, which its author calls a
    /// re-implementation, repeats the paper's cell.</para>
    /// </remarks>
    public static SearchMethod Gdas() => new("gdas", space => new SearchOptions
    {
        Epochs = 250,
        BatchSize = IsDartsFamily(space) ? 256 : 64,
        Scheme = new BiLevelScheme { Order = UpdateOrder.WeightsFirst, Sampling = ArchitectureSampling.WithReplacement },
        Relaxation = new GumbelRelaxation { CountsUncomputed = !IsDartsFamily(space) },
        WeightOptimizer = NasBench201Weights,
        ArchitectureOptimizer = DartsAlpha,
        Derivation = IsDartsFamily(space) ? new TopPairs() : null,
    })
    {
        Title = "GDAS",
        Spaces = [InNasBench201, InDarts],
        Published = [Table1("90.00 ± 0.21", "93.51 ± 0.13")],
        Unverified =
        [
            "The last τ of the paper may be another one.", "That the published code repeats the paper's cell in the DARTS space.",
            "The gradient is clipped over w and the leftover gradient of α there, over w alone here.",
        ],
        Source = "Dong and Yang, Searching for a Robust Neural Architecture in Four GPU Hours, CVPR 2019; D-X-Y/AutoDL-Projects f46486e",
    };
}
