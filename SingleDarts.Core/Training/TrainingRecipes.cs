using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Training;

/// <summary>
/// Published settings for training from scratch. They stretch with the number of epochs: schedules, warm-up and drop path keep their shares
/// of it.
/// </summary>
public static class TrainingRecipes
{
    /// <summary>
    /// CIFAR-10 as in the paper (Section 5.1.2, "identical to PDARTS"): 600 epochs, batch 128, SGD 0.025 with cosine to 0, momentum 0.9,
    /// weight decay 3e-4, drop path 0.3, auxiliary weight 0.4. The clipping of the gradient at 5, which the paper does not state, is that
    /// of P-DARTS. Cutout is part of <see cref="CifarAugmentation"/>.
    /// </summary>
    public static TrainingOptions Cifar { get; } = new();

    /// <summary>CIFAR-10 as in DARTS (quark0/darts, <c>cnn/train.py</c>): <see cref="Cifar"/> with batch 96 and drop path 0.2.</summary>
    public static TrainingOptions DartsCifar { get; } = Cifar with { BatchSize = 96, DropPath = Schedule.Linear(0, 0.2) };

    /// <summary>
    /// ImageNet as in the paper (Section 5.1.2, which follows P-DARTS with batch size and learning rate times 0.75): 250 epochs, batch
    /// 768, SGD 0.375, momentum 0.9, weight decay 3e-5, label smoothing, auxiliary classifier, 5 epochs of warm-up, linear decay to 0.
    /// The paper gives no numbers for smoothing (0.1), auxiliary weight (0.4), clipping (5) and the rule of the decay: they are those of
    /// PC-DARTS (<c>train_imagenet.py</c>, commit b74702f; <see cref="LinearTailSchedule"/>), whose warm-up lies over the beginning of the
    /// decay. No drop path.
    /// </summary>
    public static TrainingOptions ImageNet { get; } = new()
    {
        Epochs = 250,
        BatchSize = 768,
        WeightOptimizer = OptimizerSettings.Default.Sgd(0.375, momentum: 0.9, weightDecay: 3e-5)
            .WarmUp(5, of: 250, overlaps: true).LinearTail().ClipGradientNorm(5),
        LabelSmoothing = 0.1,
        AuxiliaryWeight = 0.4,
        DropPath = Schedule.Constant(0),
    };

    /// <summary>
    /// A cell of NAS-Bench-201 as its table was made (AutoDL-Projects, <c>configs/nas-benchmark/CIFAR.config</c>): 200 epochs, batch 256,
    /// SGD 0.1 with cosine to 0, Nesterov's momentum 0.9, weight decay 5e-4; no clipping, auxiliary classifier, drop path or cutout. Its
    /// augmentation is <see cref="ImageAugmentation.Cifar10Search"/>.
    /// </summary>
    public static TrainingOptions NasBench201 { get; } = new()
    {
        Epochs = 200,
        BatchSize = 256,
        WeightOptimizer = OptimizerSettings.Default.Sgd(0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true).Cosine(),
        AuxiliaryWeight = 0,
        DropPath = Schedule.Constant(0),
    };

    /// <summary>
    /// What goes with <see cref="Cifar"/> and <see cref="DartsCifar"/> (paper, Section 5.1.2; quark0/darts, <c>cnn/utils.py</c>): crop
    /// with padding 4, flip, normalisation by DARTS's statistics, cutout of length 16. Test images are only normalised:
    /// <c>ImageAugmentation.NormalizeOnly(TrainingRecipes.CifarAugmentation.Normalization!)</c>.
    /// </summary>
    public static ImageAugmentation CifarAugmentation { get; } = new()
    {
        HorizontalFlip = true,
        CropPadding = 4,
        Normalization = new Normalization([0.49139968, 0.48215827, 0.44653124], [0.24703233, 0.24348505, 0.26158768]),
        CutoutLength = 16,
    };
}
