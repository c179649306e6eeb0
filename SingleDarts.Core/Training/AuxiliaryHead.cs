using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// The auxiliary classifier of DARTS, behind the last reduction cell and only while training: ReLU, average pooling 5×5, convolution 1×1 to
/// 128, BN, ReLU, convolution 2×2 to 768, BN, ReLU, linear classifier. Where more than one pixel is left, their mean is classified.
/// </summary>
internal sealed class AuxiliaryHead : nn.Module<Tensor, Tensor>
{
    private const int Pool = 5;
    private readonly int poolStride;
    private readonly nn.Module<Tensor, Tensor> features;
    private readonly TorchSharp.Modules.Linear classifier;

    /// <summary>Builds the head.</summary>
    /// <param name="channels">Channels of the reduction cell.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="poolStride">Stride of the pooling: 3 on CIFAR (8×8 features), 2 on ImageNet (14×14).</param>
    /// <param name="secondBatchNorm">
    /// Whether the second convolution is normalised: on CIFAR, and on ImageNet in P-DARTS; DARTS, PC-DARTS and CDARTS leave it out on
    /// ImageNet.
    /// </param>
    public AuxiliaryHead(long channels, int classes, int poolStride = 3, bool secondBatchNorm = true) : base(nameof(AuxiliaryHead))
    {
        this.poolStride = poolStride;
        List<nn.Module<Tensor, Tensor>> parts =
        [
            nn.ReLU(), nn.AvgPool2d(Pool, stride: poolStride, padding: 0, count_include_pad: false),
            Layers.Conv2d(channels, 128, 1, bias: false), new BatchNormalization(128), nn.ReLU(),
            Layers.Conv2d(128, 768, 2, bias: false),
        ];
        if (secondBatchNorm)
            parts.Add(new BatchNormalization(768));
        features = nn.Sequential([.. parts, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]);
        classifier = Layers.Linear(768, classes);
        RegisterComponents();
    }

    /// <summary>Logits [N, classes].</summary>
    /// <param name="input">[N, channels, H, W] with H and W of at least 5 + stride.</param>
    /// <exception cref="ArgumentException">The features are smaller.</exception>
    public override Tensor forward(Tensor input)
    {
        if (input.shape[2] < Pool + poolStride || input.shape[3] < Pool + poolStride)
            throw new ArgumentException(
                $"The auxiliary classifier gets features of {input.shape[2]}×{input.shape[3]}; it needs at least " +
                $"{Pool + poolStride}×{Pool + poolStride}. " +
                "Take larger images, or build the network without it.", nameof(input));
        using Tensor flat = features.call(input);
        return classifier.call(flat);
    }
}
