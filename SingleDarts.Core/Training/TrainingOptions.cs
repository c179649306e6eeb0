using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Training;

/// <summary>
/// Everything that decides the training of a fixed network besides the network and the data. The defaults are those of
/// <see cref="TrainingRecipes.Cifar"/>, the paper's (Section 5.1.2).
/// </summary>
public sealed record TrainingOptions : RunOptions
{
    /// <summary>The paper's settings for CIFAR-10.</summary>
    public TrainingOptions()
    {
        Epochs = 600;
        BatchSize = 128;
    }

    /// <summary>
    /// Parts that a batch is computed in, one after another, their gradients added: less memory, and the result of the whole batch, but
    /// that batch normalisation takes its statistics over a part.
    /// </summary>
    /// <value>1.</value>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Whether a last batch that is smaller is left out.</summary>
    /// <value>False.</value>
    public bool DropLast { get; init; }

    /// <summary>Optimiser of the weights.</summary>
    /// <value>SGD 0.025, momentum 0.9, weight decay 3e-4, cosine to 0, gradient norm at most 5.</value>
    public OptimizerSettings WeightOptimizer { get; init; } =
        OptimizerSettings.Default.Sgd(0.025, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5);

    /// <summary>
    /// Samples of a dataset to model input, for example <see cref="TrainingRecipes.CifarAugmentation"/>; batch sources have their own.
    /// </summary>
    /// <value>Null: images are normalised by the statistics of the training samples; other inputs are taken as they are.</value>
    public IBatchTransform? Transform { get; init; }

    /// <summary>
    /// ε of label smoothing, 0 to 1: the target is 1 − ε + ε/C for the label and ε/C for the other of C classes, in training only.
    /// </summary>
    /// <value>0.</value>
    public double LabelSmoothing { get; init; }

    /// <summary>Factor of the auxiliary classifier's loss; 0 for networks without one.</summary>
    /// <value>0.4.</value>
    public double AuxiliaryWeight { get; init; } = 0.4;

    /// <summary>Probability of drop path, 0 to 1.</summary>
    /// <value>From 0 towards 0.3 in equal steps, 0.3 e / E in epoch e, as in DARTS (<c>train.py</c>).</value>
    public Schedule DropPath { get; init; } = Schedule.Linear(0, 0.3);

    /// <summary>
    /// Decay d of a moving average of the weights, w̄ ← d w̄ + (1 − d) w after every step, begun at the first weights and evaluated
    /// beside them; <see langword="null"/> for none. It takes in the running statistics, too.
    /// </summary>
    /// <value>Null.</value>
    public double? EmaDecay { get; init; }

    /// <summary>Epochs between evaluations; the last epoch always has one.</summary>
    /// <value>1.</value>
    public int EvaluationInterval { get; init; } = 1;

    /// <summary>Samples of a batch of the evaluation; it decides memory and not the result.</summary>
    /// <value>256.</value>
    public int EvaluationBatchSize { get; init; } = 256;
}
