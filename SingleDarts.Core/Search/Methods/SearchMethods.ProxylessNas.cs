using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// ProxylessNAS (Cai et al., ICLR 2019) with two paths (<see cref="BinaryGateRelaxation"/>, <see cref="SampledPathScheme"/>) in the
    /// DARTS space: 40 epochs of warm-up, whose learning rate falls from 0.05 to 0, and 120 epochs of search, from 0.025 to 0, by SGD with
    /// Nesterov momentum, weight decay 4e-5 and label smoothing 0.1. α moves in every fifth step behind w by Adam 1e-3 (0, 0.999), and not
    /// in the warm-up and the epoch after it. Every edge is kept, with the operation of the largest α.
    /// </summary>
    /// <remarks>
    /// <c>mit-han-lab/proxylessnas</c> 80c1c37, <c>imagenet_arch_search.py</c>, with <c>--grad_binary_mode two</c>, which is not its
    /// default. The paths of the warm-up are drawn by α at its start, as there, and so uniform but for a thousandth. Not offered: the
    /// search by REINFORCE, and the cost as a factor of α's loss.
    /// </remarks>
    public static SearchMethod ProxylessNas() => new("proxyless", _ => new SearchOptions
    {
        Epochs = 160,
        BatchSize = 256,
        Scheme = new SampledPathScheme { LabelSmoothing = 0.1 },
        Relaxation = new BinaryGateRelaxation(),
        WeightOptimizer = OptimizerSettings.Default.Sgd(0.025, 0.9, weightDecay: 4e-5, nesterov: true) with
        {
            Schedule = new RestartedCosine { WarmUpShare = 40.0 / 160, WarmUpFactor = 2 },
        },
        ArchitectureOptimizer = OptimizerSettings.Default.Adam(1e-3, 0, 0.999).FreezeFor(41, of: 160).EverySteps(5),
        Derivation = new EdgeArgmax(),
    })
    {
        Title = "ProxylessNAS, two paths",
        Spaces = [InDarts],
        Published = ["CIFAR-10, in a space of tree cells that is not released: 97.92 test, 5.7 M parameters"],
        Unverified =
        [
            "Its searches are in other spaces: these settings are those of its script for ImageNet. Its code for CIFAR is not released.",
            "The samples of w and α are halves here, as in DARTS; there 50,000 of the 1.28 million training images feed α.",
            "Every block there has an α of its own; here copies of a cell share it.",
            "An edge whose active candidate is zero does not move its α there; here it does.",
            "Weights off the path stand still there; here momentum and weight decay move them.",
        ],
        Source = "Cai et al., ProxylessNAS: Direct Neural Architecture Search on Target Task and Hardware, ICLR 2019; " +
            "mit-han-lab/proxylessnas 80c1c37",
    };
}
