using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>One row of NAS-Bench-201: a cell and its accuracies in percent, mean over the training seeds.</summary>
/// <param name="Index">The benchmark's own number of the cell, 0 to 15,624; it follows no rule.</param>
/// <param name="Genotype">The cell.</param>
/// <param name="Cifar10Validation"><see cref="NasBench201Metric.Cifar10Validation"/>: <c>cifar10-valid</c>, x-valid.</param>
/// <param name="Cifar10Test"><see cref="NasBench201Metric.Cifar10Test"/>: <c>cifar10</c>, ori-test.</param>
/// <param name="Cifar100Validation"><see cref="NasBench201Metric.Cifar100Validation"/>: <c>cifar100</c>, x-valid.</param>
/// <param name="Cifar100Test"><see cref="NasBench201Metric.Cifar100Test"/>: <c>cifar100</c>, x-test.</param>
/// <param name="ImageNet16Validation">
/// <see cref="NasBench201Metric.ImageNet16Validation"/>: <c>ImageNet16-120</c>, x-valid.
/// </param>
/// <param name="ImageNet16Test"><see cref="NasBench201Metric.ImageNet16Test"/>: <c>ImageNet16-120</c>, x-test.</param>
/// <param name="Parameters">
/// Parameters of the CIFAR-10 network (16 channels, 5 cells per stage), edges that lead nowhere included;
/// <see langword="null"/> if the file does not say.
/// </param>
/// <param name="Flops">
/// Multiply-adds of its convolutions and its classifier for one 32×32 image; <see langword="null"/> if the file does not say.
/// </param>
public sealed record NasBench201Result(
    int Index,
    Genotype Genotype,
    double Cifar10Validation,
    double Cifar10Test,
    double Cifar100Validation,
    double Cifar100Test,
    double ImageNet16Validation,
    double ImageNet16Test,
    long? Parameters,
    long? Flops)
{
    /// <summary>One of the accuracies, in percent.</summary>
    /// <param name="metric">Which.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such column.</exception>
    public double Accuracy(NasBench201Metric metric) => metric switch
    {
        NasBench201Metric.Cifar10Validation => Cifar10Validation,
        NasBench201Metric.Cifar10Test => Cifar10Test,
        NasBench201Metric.Cifar100Validation => Cifar100Validation,
        NasBench201Metric.Cifar100Test => Cifar100Test,
        NasBench201Metric.ImageNet16Validation => ImageNet16Validation,
        NasBench201Metric.ImageNet16Test => ImageNet16Test,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "NAS-Bench-201 has six columns of accuracies."),
    };
}
