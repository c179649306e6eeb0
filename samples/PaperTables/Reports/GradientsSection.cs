using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>∂L/∂p by epoch (Figure 3), summed over the cells of a kind.</summary>
internal static class GradientsSection
{
    public static XElement Make(RecordedSearch run)
    {
        var records = run.Recorded.Records<OperationGradientsRecord>("operation-gradients");
        if (records.Count == 0)
            return Section("Gradients of the operations", Missing("There is no record; run the search with --diagnose."));
        return Section("Gradients of the operations",
            E(
                "p",
                "∂L/∂p in nats, mean over the measured steps of an epoch, summed over the cells of the kind. The lower, the more the " +
            "loss asks for the operation.").Class("note"),
            run.Kinds.Select(kind => EdgeCharts.Draw(kind, [.. records.Select(r => ((double)r.Epoch, run.Matrix(r.Total, kind)))])));
    }
}
