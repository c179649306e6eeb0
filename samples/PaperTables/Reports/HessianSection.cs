using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>The dominant eigenvalue of the Hessian in α by epoch.</summary>
internal static class HessianSection
{
    public static XElement Make(RecordedSearch run)
    {
        var records = run.Recorded.Records<HessianEigenvalueRecord>("hessian-eigenvalue");
        if (records.Count == 0)
            return Section("Dominant eigenvalue of the Hessian in α", Missing("There is no record; run the search with --hessian."));
        return Section("Dominant eigenvalue of the Hessian in α",
            LineChart.Draw("eigenvalue", [new Line("eigenvalue", [.. records.Select(r => ((double)r.Epoch, r.Eigenvalue))])],
                null, 520, 220),
            Folded("Numbers", Table(["epoch", "eigenvalue", "residual", "products", "converged"], records.Select(r => new object[]
            {
                r.Epoch, Number(r.Eigenvalue), Number(r.Residual), r.Products, r.Converged ? "yes" : "no",
            }))));
    }
}
