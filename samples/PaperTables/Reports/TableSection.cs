using System.Globalization;
using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>What the last genotype costs, and what it is worth by NAS-Bench-201.</summary>
internal static class TableSection
{
    private static readonly NasBench201Metric[] Metrics = Enum.GetValues<NasBench201Metric>();

    public static XElement Make(RecordedSearch run, NasBench201Table? table) =>
        Section("Cost and accuracy", Cost(run), Accuracy(run, table));

    public static IEnumerable<string> Names => Metrics.Select(m => m.ToString());

    private static XElement Cost(RecordedSearch run) => RunCost.Of(run) is { } cost
        ? E("p", string.Create(CultureInfo.InvariantCulture,
            $"In this space the network of the genotype has {cost.Parameters:N0} parameters and {cost.Flops / 1e6:F3} M multiply-adds."))
        : Missing("Parameters and FLOPs are recorded when the search is finished.");

    private static object Accuracy(RecordedSearch run, NasBench201Table? table)
    {
        if (table is null)
            return Missing("For accuracies by NAS-Bench-201, give --table <csv>.");
        if (run.Genotype is not { } genotype || !table.TryGet(genotype, out NasBench201Result? found))
            return Missing("The table does not hold the genotype; it knows the cells of NAS-Bench-201 with an operation on every edge.");
        return new[]
        {
            Table(["", "accuracy %", "regret", $"rank of {table.Count.ToString("N0", CultureInfo.InvariantCulture)}"],
                Metrics.Select(metric => new object[]
            {
                metric.ToString(), Number(found.Accuracy(metric), "F2"), Number(table.Regret(genotype, metric), "F2"),
                table.Rank(genotype, metric).ToString("N0", CultureInfo.InvariantCulture),
            })),
            E("p", string.Create(CultureInfo.InvariantCulture,
                $"Trained by the benchmark in its own network (16 channels, 5 cells per stage), which has {found.Parameters:N0} " +
                $"parameters and {found.Flops / 1e6:F2} M FLOPs. Regret: percentage points below the best cell.")).Class("note"),
        };
    }
}
