using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Accuracy of the genotype after each epoch (Figure 1): from the table if there is one, else from the records.</summary>
internal static class AccuracySection
{
    private static readonly string[] Tests = ["CIFAR-10", "CIFAR-100", "ImageNet16-120"];

    public static XElement Make(RecordedSearch run, NasBench201Table? table)
    {
        (int Epoch, Genotype Genotype, double[] All)[] epochs = table is null
            ? [.. run.Recorded.Records<GenotypeAccuracyRecord>("genotype-accuracy").Select(r => (r.Epoch, r.Genotype,
                new[] { r.Cifar10Validation, r.Cifar10Test, r.Cifar100Validation, r.Cifar100Test, r.ImageNet16Validation,
                    r.ImageNet16Test }))]
            : [.. run.Recorded.Epochs.Select(e => (e.Epoch, e.Genotype, Enum.GetValues<NasBench201Metric>()
                .Select(metric => table.TryGet(e.Genotype, out NasBench201Result? found) ? found.Accuracy(metric) : double.NaN)
                    .ToArray()))];
        if (epochs.Length == 0)
            return Section("Accuracy of the genotype by epoch",
                Missing("There is no record; give --table <csv>, or run the search with --diagnose and --table."));
        return Section("Accuracy of the genotype by epoch",
            LineChart.Group(
                [LineChart.Draw("test accuracy (%)",
                    [.. Tests.Select((name, i) => new Line(name, [.. epochs.Select(e => ((double)e.Epoch, e.All[(2 * i) + 1]))]))], null,
                    520, 240)], Tests),
            Folded("Numbers", Table(["epoch", .. TableSection.Names, "genotype"],
                epochs.Select(e => new object[] { e.Epoch }.Concat(e.All.Select(a => Number(a, "F2"))).Append(e.Genotype.ToString())))));
    }
}
