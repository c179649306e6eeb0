using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Everything that decides a search besides the space and the data. The defaults are the paper's for NAS-Bench-201 (Section 5.1.1);
/// the clipping of the gradient, which the paper does not state, is that of DARTS.
/// </summary>
public sealed record SearchOptions : RunOptions
{
    /// <summary>The paper's settings.</summary>
    public SearchOptions()
    {
        Epochs = 50;
        BatchSize = 64;
    }

    /// <summary>Name of the method that the options began with, for run records.</summary>
    /// <value>Single-DARTS.</value>
    public string Method { get; init; } = "single-darts";

    /// <summary>How w and α are moved.</summary>
    /// <value>Single-level.</value>
    public IOptimizationScheme Scheme { get; init; } = OptimizationSchemes.SingleLevel;

    /// <summary>Logits [N, classes] and labels [N] to the loss, a scalar, that moves w and, with the penalties, α.</summary>
    /// <value>The mean cross-entropy, if <see langword="null"/>.</value>
    public Func<Tensor, Tensor, Tensor>? Loss { get; init; }

    /// <summary>α to operation weights.</summary>
    /// <value>Sigmoid from 0.125.</value>
    public IRelaxation Relaxation { get; init; } = Relaxations.Sigmoid;

    /// <summary>Optimiser of w.</summary>
    /// <value>SGD 0.005, momentum 0.9, weight decay 3e-4, cosine to 0, gradient norm at most 5.</value>
    public OptimizerSettings WeightOptimizer { get; init; } =
        OptimizerSettings.Default.Sgd(0.005, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5);

    /// <summary>Optimiser of α.</summary>
    /// <value>Adam 3e-4 (0.5, 0.999) at a fixed rate, no weight decay.</value>
    public OptimizerSettings ArchitectureOptimizer { get; init; } = OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999);

    /// <summary>α to genotype; the space's own rule if <see langword="null"/>.</summary>
    public IDerivation? Derivation { get; init; }

    /// <summary>Stored samples to model input, for example <see cref="ImageAugmentation.Cifar10Search"/>.</summary>
    /// <value>Images are normalised by the statistics of the data set; other inputs are taken as they are.</value>
    public IBatchTransform? Transform { get; init; }

    /// <summary>What stands around the mixture on every edge, the innermost first.</summary>
    /// <value>Nothing.</value>
    public IReadOnlyList<IEdgeDecorator> EdgeDecorators { get; init; } = [];

    /// <summary>Penalties on α.</summary>
    /// <value>None.</value>
    public IReadOnlyList<IPenalty> Penalties { get; init; } = [];

    /// <summary>Rules that stop the search early, prune candidates or begin a new stage. A stage has
    /// <see cref="RunOptions.Epochs"/> epochs.</summary>
    /// <value>None.</value>
    public IReadOnlyList<IEpochRule> EpochRules { get; init; } = [];

    /// <summary>Whether batch normalisations of candidates learn scale and shift.</summary>
    /// <value>False.</value>
    public bool Affine { get; init; }

    /// <summary>Whether batch normalisations of candidates keep running statistics.</summary>
    /// <value>False.</value>
    public bool TrackRunningStatistics { get; init; }

    /// <summary>How the cells are computed, which decides time and memory and not the result.</summary>
    /// <value>Merged.</value>
    public CellExecution Execution { get; init; } = CellExecution.Merged;

    /// <summary>
    /// Floating type of merged convolutions. <see cref="ScalarType.BFloat16"/> is faster and less exact, above all in the gradient of α
    /// (<see cref="SupernetOptions.ConvolutionType"/>).
    /// </summary>
    /// <value>That of <see cref="RunOptions.DataType"/>.</value>
    public ScalarType? ConvolutionType { get; init; }
}
