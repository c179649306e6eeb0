using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Diagnostics;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Gradient correlation of the recorded cells (Figure 2): means over the nodes and the measured steps of an epoch.</summary>
internal static class CorrelationSection
{
    private static readonly (string Name, Func<NodeCorrelation, Correlation?> Of)[] Pairs =
    [
        ("paper", n => n.Paper), ("independent", n => n.Independent), ("acting", n => n.Acting), ("momentum", n => n.Momentum),
        ("one epoch apart", n => n.EpochApart),
    ];

    public static XElement Make(RecordedSearch run)
    {
        var nodes = run.Recorded.Records<GradientCorrelationRecord>("gradient-correlation")
            .SelectMany(r => r.Nodes.Select(node => (r.Epoch, Node: node))).ToList();
        if (nodes.Count == 0)
            return Section("Gradient correlation", Missing("There is no record; run the search with --diagnose."));
        var cells = nodes.GroupBy(n => n.Node.Cell).OrderBy(g => g.Key).ToList();
        Line Mean(IEnumerable<(int Epoch, NodeCorrelation Node)> cell, string name, Func<NodeCorrelation, double?> value) => new(name,
            [.. from n in cell group value(n.Node) by n.Epoch into epoch orderby epoch.Key
                select ((double)epoch.Key, epoch.Average() ?? double.NaN)]);
        return Section("Gradient correlation",
            E(
                "p",
                "Means over nodes and measured steps. In single-level search the paper's pair is a batch with itself, whose cosine is " +
            "1 by construction.").Class("note"),
            LineChart.Group(cells.Select(cell => LineChart.Draw($"cosine, cell {cell.Key}",
                [.. Pairs.Select(pair => Mean(cell, pair.Name, n => pair.Of(n)?.Cosine))], (-1.05, 1.05))), Pairs.Select(p => p.Name)),
            Folded("Mean over all epochs",
                Table(["cell", .. Pairs.SelectMany(p => new[] { $"{p.Name}: value", "cosine" })], cells.Select(cell =>
                new object[] { cell.Key }.Concat(Pairs.SelectMany(pair => new object[]
                {
                    Number(cell.Average(n => pair.Of(n.Node)?.Value) ?? double.NaN),
                        Number(cell.Average(n => pair.Of(n.Node)?.Cosine) ?? double.NaN, "0.000"),
                }))))));
    }
}
