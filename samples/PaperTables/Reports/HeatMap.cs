using System.Xml.Linq;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>A matrix [edges, operations] of numbers within 0 to 1 as a table with a background from white to blue.</summary>
internal static class HeatMap
{
    private static readonly int[] Full = [0x00, 0x59, 0x9C];

    /// <param name="matrix">The numbers.</param>
    /// <param name="kind">Names of rows and columns.</param>
    /// <param name="cell">Its genes are framed.</param>
    public static XElement Draw(double[,] matrix, CellSpecification kind, CellGenotype cell) => E("div", E("table",
        E("caption", kind.Name),
        E("thead", E("tr", E("th", "edge"), kind.Operations.Select(o => E("th", o.Name)))),
        E("tbody", kind.Topology.Edges.Select(edge => E("tr", E("th", edge.ToString()), kind.Operations.Select((operation, k) =>
            Shade(matrix[edge.Index, k], IsGene(cell, kind, edge, operation.Name))))))).Class("heat")).Class("wide");

    private static bool IsGene(CellGenotype cell, CellSpecification kind, CellEdge edge, string operation) =>
        cell.Nodes[edge.Target - kind.Topology.Inputs].Contains(new Gene(operation, edge.Source));

    private static XElement Shade(double p, bool chosen)
    {
        double share = double.IsFinite(p) ? Math.Clamp(p, 0, 1) : 0;
        string color = string.Join(',', Full.Select(c => (int)Math.Round(255 + (share * (c - 255)))));
        var cell = E("td", new XAttribute("style", $"background:rgb({color});color:{(share > .55 ? "#fff" : "#000")}"), Number(p, "0.000"));
        return chosen ? cell.Class("chosen") : cell;
    }
}
