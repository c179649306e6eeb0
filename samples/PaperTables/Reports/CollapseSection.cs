using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Signs of collapse towards operations without weights (Sections 3 and 4).</summary>
internal static class CollapseSection
{
    private static readonly string[] Names = ["of the genotype's operations", "of the sum of p"];

    public static XElement Make(RecordedSearch run)
    {
        var records = run.Recorded.Records<CollapseIndicatorsRecord>("collapse-indicators");
        if (records.Count == 0)
            return Section("Signs of collapse", Missing("There is no record; run the search with --diagnose."));
        return Section("Signs of collapse",
            E("p", "Share of operations without weights, 0 to 1.").Class("note"),
            LineChart.Group(Kinds(records).Select(kind => LineChart.Draw($"share, {kind}",
            [
                new Line(Names[0], [.. records.Where(r => r.Cells.ContainsKey(kind))
                    .Select(r => ((double)r.Epoch, r.Cells[kind].NonLearnableShare))]),
                new Line(Names[1], [.. records.Where(r => r.Cells.ContainsKey(kind))
                    .Select(r => ((double)r.Epoch, r.Cells[kind].NonLearnableMass))]),
            ], (-.03, 1.03))), Names),
            E("p", "Edges after the last recorded epoch; times are steps since the start of the search.").Class("note"),
            records[^1].Cells.Select(cell => new[] { E("h3", cell.Key), Edges(cell.Value) }));
    }

    private static IEnumerable<string> Kinds(IEnumerable<CollapseIndicatorsRecord> records) =>
        records.SelectMany(r => r.Cells.Keys).Distinct();

    private static XElement Edges(CellIndicators cell) => Table(
        ["edge", "leader", "without weights ahead", "since step", "first at", "entropy", "favoured by ∂L/∂p", "margin",
            "collapse predicted by", "collapsed at"],
        cell.Edges.Select(e => new object[]
        {
            e.Edge, e.Leader, e.NonLearnableLeads ? "yes" : "no", Step(e.LedSince), Step(e.OvertakenAfter),
                Number(e.Entropy, "0.000"), e.Favoured,
            Number(e.Margin), Step(e.PredictedAfter), Step(e.CollapsedAfter),
        }));

    private static string Step(double? steps) => steps is { } known ? Number(known, "G6") : "–";
}
