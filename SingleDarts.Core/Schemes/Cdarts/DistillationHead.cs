using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// A classifier of the features with which a stage ends: ReLU, average pooling 6×6 of stride 2, convolution 1×1 to 128, BN, ReLU,
/// convolution 2×2 to 768, BN, ReLU, mean over the pixels, linear classifier. Its batch normalisations learn no scale.
/// </summary>
/// <remarks>
/// Features of S &lt; 8 pixels are pooled with a window of S − 2, as the heads of the published code for ImageNet (5 of 7), and those of
/// S &lt; 3 are spread to 2×2, so that small images can be searched, too.
/// </remarks>
internal sealed class DistillationHead : nn.Module<Tensor, Tensor>
{
    private const int Window = 6, Stride = 2, Narrow = 128, Wide = 768;
    private readonly nn.Module<Tensor, Tensor> features;
    private readonly TorchSharp.Modules.Linear classifier;

    /// <summary>Builds the head.</summary>
    /// <param name="channels">Channels of the features.</param>
    /// <param name="classes">Number of classes.</param>
    public DistillationHead(long channels, int classes) : base(nameof(DistillationHead))
    {
        features = nn.Sequential(
            Layers.Conv2d(channels, Narrow, 1, bias: false), new BatchNormalization(Narrow, affine: false, trackRunningStatistics: false),
            nn.ReLU(),
            Layers.Conv2d(Narrow, Wide, 2, bias: false), new BatchNormalization(Wide, affine: false, trackRunningStatistics: false),
            nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten());
        classifier = Layers.Linear(Wide, classes);
        RegisterComponents();
    }

    /// <summary>Logits [N, classes].</summary>
    /// <param name="input">[N, channels, H, W].</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return classifier.call(features.call(Pool(nn.functional.relu(input)))).MoveToOuterDisposeScope();
    }

    private static Tensor Pool(Tensor input)
    {
        long height = input.shape[2], width = input.shape[3];
        return Math.Min(height, width) <= Stride
            ? nn.functional.adaptive_avg_pool2d(input, (2, 2))
            : nn.functional.avg_pool2d(input, (Math.Min(Window, height - Stride), Math.Min(Window, width - Stride)), (Stride, Stride));
    }
}
