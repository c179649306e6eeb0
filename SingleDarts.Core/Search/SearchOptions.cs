using SingleDarts.Core.Data;
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
public sealed record SearchOptions
{
    /// <summary>Passes over the weights' samples. <value>50.</value></summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Samples of a batch. <value>64.</value></summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Seed of everything random. <value>0.</value></summary>
    public long Seed { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>. <value><c>cpu</c>.</value></summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Floating type of weights and α. <value>Float32.</value></summary>
    public ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>How w and α are moved. <value>Single-level.</value></summary>
    public IOptimizationScheme Scheme { get; init; } = OptimizationSchemes.SingleLevel;

    /// <summary>α to operation weights. <value>Sigmoid from 0.125.</value></summary>
    public IRelaxation Relaxation { get; init; } = Relaxations.Sigmoid;

    /// <summary>Optimiser of w. <value>SGD 0.005, momentum 0.9, weight decay 3e-4, cosine to 0, gradient norm at most 5.</value></summary>
    public OptimizerSettings WeightOptimizer { get; init; } =
        OptimizerSettings.Default.Sgd(0.005, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5);

    /// <summary>Optimiser of α. <value>Adam 3e-4 (0.5, 0.999) at a fixed rate, no weight decay.</value></summary>
    public OptimizerSettings ArchitectureOptimizer { get; init; } = OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999);

    /// <summary>α to genotype; the space's own rule where <see langword="null"/>.</summary>
    public IDerivation? Derivation { get; init; }

    /// <summary>
    /// Stored samples to model input, for example <see cref="ImageAugmentation.Cifar10Search"/>. <value>Images are normalised by the
    /// statistics of the data set; other inputs are taken as they are.</value>
    /// </summary>
    public IBatchTransform? Transform { get; init; }

    /// <summary>Penalties on α. <value>None.</value></summary>
    public IReadOnlyList<IPenalty> Penalties { get; init; } = [];

    /// <summary>Rules that end the search early. <value>None.</value></summary>
    public IReadOnlyList<IStoppingRule> StoppingRules { get; init; } = [];

    /// <summary>Watchers. <value>None.</value></summary>
    public IReadOnlyList<ISearchObserver> Observers { get; init; } = [];

    /// <summary>Whether batch normalisations of candidates learn scale and shift. <value>False.</value></summary>
    public bool Affine { get; init; }

    /// <summary>Whether batch normalisations of candidates keep running statistics. <value>False.</value></summary>
    public bool TrackRunningStatistics { get; init; }

    /// <summary>How the cells are computed, which decides time and memory and not the result. <value>Merged.</value></summary>
    public CellExecution Execution { get; init; } = CellExecution.Merged;

    /// <summary>
    /// Floating type of merged convolutions. <see cref="ScalarType.BFloat16"/> is faster and less exact, above all in the gradient of α
    /// (<see cref="SupernetOptions.ConvolutionType"/>). <value>That of <see cref="DataType"/>.</value>
    /// </summary>
    public ScalarType? ConvolutionType { get; init; }

    /// <summary>
    /// Whether a CUDA device may round the inputs of convolutions and matrix products to TensorFloat-32 (10 bits of mantissa), which
    /// is faster; for the whole process. <value>True.</value>
    /// </summary>
    public bool AllowTF32 { get; init; } = true;

    /// <summary>
    /// Whether the data stay in the host's memory and each batch is made there during the step before it, for data that do not fit the
    /// device. The batches are the same. <value>False: the data lie on the device.</value>
    /// </summary>
    public bool Prefetch { get; init; }

    /// <summary>Run folder, or <see langword="null"/> to save nothing. <value>Null.</value></summary>
    public string? OutputFolder { get; init; }

    /// <summary>Go on with the run in <see cref="OutputFolder"/> instead of refusing a folder that holds one. <value>False.</value></summary>
    public bool Resume { get; init; }

    /// <summary>Epochs between checkpoints; the last epoch and a cancellation always save one. <value>1.</value></summary>
    public int CheckpointInterval { get; init; } = 1;
}
