using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// Everything that decides the training of a fixed network besides the network and the data. The defaults are those of
/// <see cref="TrainingRecipes.Cifar"/>, the paper's (Section 5.1.2).
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training samples, E. <value>600.</value></summary>
    public int Epochs { get; init; } = 600;

    /// <summary>Samples of a step. <value>128.</value></summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// Parts that a batch is computed in, one after another, their gradients added: less memory, and the result of the whole batch,
    /// but that
    /// batch normalisation takes its statistics over a part. <value>1.</value>
    /// </summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Whether a last batch that is smaller is left out. <value>False.</value></summary>
    public bool DropLast { get; init; }

    /// <summary>Optimiser of the weights. <value>SGD 0.025, momentum 0.9, weight decay 3e-4, cosine to 0, gradient norm at most
    /// 5.</value></summary>
    public OptimizerSettings WeightOptimizer { get; init; } =
        OptimizerSettings.Default.Sgd(0.025, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5);

    /// <summary>
    /// Samples of a dataset to model input, for example <see cref="TrainingRecipes.CifarAugmentation"/>; batch sources have their own.
    /// </summary>
    /// <value>Null: images are normalised by the statistics of the training samples; other inputs are taken as they are.</value>
    public IBatchTransform? Transform { get; init; }

    /// <summary>
    /// ε of label smoothing, 0 to 1: the target is 1 − ε + ε/C for the label and ε/C for the other of C classes, in training only.
    /// <value>0.</value>
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Factor of the auxiliary classifier's loss; 0 for networks without one. <value>0.4.</value></summary>
    public double AuxiliaryWeight { get; init; } = 0.4;

    /// <summary>Drop path at the end of the training, P: in epoch e it is P e / E (<see cref="DropPathAt"/>).
    /// <value>0.3.</value></summary>
    public double DropPathProbability { get; init; } = 0.3;

    /// <summary>
    /// Decay d of a moving average of the weights, w̄ ← d w̄ + (1 − d) w after every step, begun at the first weights and evaluated
    /// beside them;
    /// <see langword="null"/> for none. It takes in the running statistics, too. <value>Null.</value>
    /// </summary>
    public double? EmaDecay { get; init; }

    /// <summary>Epochs between evaluations; the last epoch always has one. <value>1.</value></summary>
    public int EvaluationInterval { get; init; } = 1;

    /// <summary>Samples of a batch of the evaluation; it decides memory and not the result. <value>256.</value></summary>
    public int EvaluationBatchSize { get; init; } = 256;

    /// <summary>Seed of everything random but the network's first weights, which are the caller's. <value>0.</value></summary>
    public long Seed { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>; the network is moved there. <value><c>cpu</c>.</value></summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Floating type that the network and the batches are brought to. <value>Float32.</value></summary>
    public ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>
    /// Whether a CUDA device may round the inputs of convolutions and matrix products to TensorFloat-32 (10 bits of mantissa), which
    /// is faster; for the whole process. <value>True.</value>
    /// </summary>
    public bool AllowTF32 { get; init; } = true;

    /// <summary>
    /// Whether each batch is made on another thread during the step before it. The batches are the same. A source is then asked for
    /// one batch
    /// at a time, from a thread of the pool; where training and evaluation share one source, for two at once. <value>False.</value>
    /// </summary>
    public bool Prefetch { get; init; }

    /// <summary>Run folder, or <see langword="null"/> to save nothing. <value>Null.</value></summary>
    public string? OutputFolder { get; init; }

    /// <summary>Go on with the run in <see cref="OutputFolder"/> instead of refusing a folder that holds one.
    /// <value>False.</value></summary>
    public bool Resume { get; init; }

    /// <summary>Epochs between checkpoints; the start, the last epoch and a cancellation always save one. <value>1.</value></summary>
    public int CheckpointInterval { get; init; } = 1;

    /// <summary>The drop path probability of an epoch, P e / E, as in DARTS (<c>train.py</c>).</summary>
    /// <param name="epoch">Epoch e, counted from 0.</param>
    public double DropPathAt(int epoch) => DropPathProbability * epoch / Epochs;
}
