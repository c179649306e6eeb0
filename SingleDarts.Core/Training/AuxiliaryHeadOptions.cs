namespace SingleDarts.Core.Training;

/// <summary>The variants of <see cref="AuxiliaryHead"/>.</summary>
/// <param name="PoolStride">Stride of the pooling.</param>
/// <param name="SecondBatchNorm">Whether the second convolution is normalised.</param>
public sealed record AuxiliaryHeadOptions(int PoolStride, bool SecondBatchNorm)
{
    /// <summary>CIFAR: stride 3, normalised.</summary>
    public static AuxiliaryHeadOptions Cifar { get; } = new(3, true);

    /// <summary>ImageNet as in DARTS, PC-DARTS and CDARTS: stride 2, the second convolution not normalised. P-DARTS normalises
    /// it.</summary>
    public static AuxiliaryHeadOptions ImageNet { get; } = new(2, false);
}
