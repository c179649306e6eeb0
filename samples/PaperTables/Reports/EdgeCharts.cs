using System.Xml.Linq;
using SingleDarts.Core.Spaces;

namespace PaperTables.Reports;

/// <summary>Matrices [edges, operations] over time: a small chart for each edge, a line for each operation.</summary>
internal static class EdgeCharts
{
    public static XElement Draw(CellSpecification kind, IReadOnlyList<(double Time, double[,] Matrix)> times)
    {
        Line[][] edges = [.. kind.Topology.Edges.Select(edge => kind.Operations.Select((operation, k) =>
            new Line(operation.Name, [.. times.Select(t => (t.Time, t.Matrix[edge.Index, k]))])).ToArray())];
        var range = LineChart.Shared(edges.SelectMany(lines => lines));
        return LineChart.Group(
            edges.Select((lines, e) => LineChart.Draw($"{kind.Name}, edge {kind.Topology.Edges[e]}", lines, range, 250, 160)),
            kind.Operations.Select(o => o.Name));
    }
}
