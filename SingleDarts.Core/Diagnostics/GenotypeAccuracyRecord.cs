using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Diagnostics;

/// <summary>The genotype after one epoch and its accuracies when trained by itself (Figure 1).</summary>
public sealed record GenotypeAccuracyRecord : DiagnosticRecord
{
    /// <summary>What the derivation gives.</summary>
    public required Genotype Genotype { get; init; }

    /// <summary><see cref="NasBench201Metric.Cifar10Validation"/>, percent.</summary>
    public required double Cifar10Validation { get; init; }

    /// <summary><see cref="NasBench201Metric.Cifar10Test"/>, percent.</summary>
    public required double Cifar10Test { get; init; }

    /// <summary><see cref="NasBench201Metric.Cifar100Validation"/>, percent.</summary>
    public required double Cifar100Validation { get; init; }

    /// <summary><see cref="NasBench201Metric.Cifar100Test"/>, percent.</summary>
    public required double Cifar100Test { get; init; }

    /// <summary><see cref="NasBench201Metric.ImageNet16Validation"/>, percent.</summary>
    public required double ImageNet16Validation { get; init; }

    /// <summary><see cref="NasBench201Metric.ImageNet16Test"/>, percent.</summary>
    public required double ImageNet16Test { get; init; }
}
