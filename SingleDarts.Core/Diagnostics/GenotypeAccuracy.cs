using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// What the genotype that would be derived after each epoch is worth by NAS-Bench-201 (Figure 1). A genotype that is not in the table,
/// because the derivation leaves edges out, gives a record that is not finite.
/// </summary>
/// <param name="table">The table.</param>
public sealed class GenotypeAccuracy(NasBench201Table table) : Diagnostic<GenotypeAccuracyRecord>("genotype-accuracy")
{
    private readonly NasBench201Table table = table ?? throw new ArgumentNullException(nameof(table));

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) => Faults(Name, space);

    /// <summary>Why the table has nothing to say about a space.</summary>
    internal static IEnumerable<string> Faults(string name, SearchSpace space)
    {
        string[] expected = [.. SearchSpaces.NasBench201(2).Cells[0].Operations.Select(o => o.Name)];
        if (space.Cells is not [{ Name: Genotype.OnlyCell } cell] ||
            !cell.Topology.Equals(SearchSpaces.NasBench201(2).Cells[0].Topology) || cell.Operations.Any(o => !expected.Contains(o.Name)))
            yield return $"{name}: the cells of the space '{space.Name}' are not in the table of NAS-Bench-201; search in " +
                "SearchSpaces.NasBench201 or leave the table out.";
    }

    /// <inheritdoc/>
    public override void OnEpoch(SearchMoment moment, EpochReport report)
    {
        double Of(NasBench201Metric metric) => table.TryGet(report.Genotype, out var row) ? row.Accuracy(metric) : double.NaN;
        Write(moment, new GenotypeAccuracyRecord
        {
            Epoch = report.Epoch,
            Step = moment.StepsPerEpoch,
            IsFinite = table.TryGet(report.Genotype, out _),
            Genotype = report.Genotype,
            Cifar10Validation = Of(NasBench201Metric.Cifar10Validation),
            Cifar10Test = Of(NasBench201Metric.Cifar10Test),
            Cifar100Validation = Of(NasBench201Metric.Cifar100Validation),
            Cifar100Test = Of(NasBench201Metric.Cifar100Test),
            ImageNet16Validation = Of(NasBench201Metric.ImageNet16Validation),
            ImageNet16Test = Of(NasBench201Metric.ImageNet16Test),
        });
    }
}
