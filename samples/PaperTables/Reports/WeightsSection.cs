using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Operation weights p after the last epoch and over time.</summary>
internal static class WeightsSection
{
    public static XElement Make(RecordedSearch run)
    {
        if (run.Genotype is not { } genotype)
            return Section("Operation weights", Missing("No epoch is done, so there are no operation weights yet."));
        return Section("Operation weights",
            E("p", "p after the last epoch; the genotype's operations are framed.").Class("note"),
            run.Kinds.Select(kind => HeatMap.Draw(run.Matrix(run.Recorded.Epochs[^1].Architecture, kind), kind, genotype[kind.Name])),
            run.Kinds.Select(kind => EdgeCharts.Draw(kind, Times(run, kind))));
    }

    private static List<(double, double[,])> Times(RecordedSearch run, CellSpecification kind)
    {
        var records = run.Recorded.Records<OperationProbabilitiesRecord>("operation-probabilities");
        double steps = Math.Max(1, records.Select(r => r.Step).DefaultIfEmpty().Max());
        return records.Count > 0
            ? [.. records.Select(r => (r.Epoch - 1 + (r.Step / steps), run.Matrix(r.OperationWeights, kind)))]
            : [.. run.Recorded.Epochs.Select(e => ((double)e.Epoch, run.Matrix(e.Architecture, kind)))];
    }
}
