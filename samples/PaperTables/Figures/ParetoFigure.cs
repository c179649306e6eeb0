using System.Globalization;
using ScottPlot;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Figures;

/// <summary>Accuracy against a cost over all cells of NAS-Bench-201, with the Pareto front and cells that are named.</summary>
internal static class ParetoFigure
{
    /// <summary>Cells of the picture's grid: of points within one, the first is drawn, so that the SVG stays small.</summary>
    private const int Columns = 240, Rows = 160;

    private static readonly string[] Colors = ["#000000", "#0072B2", "#009E73", "#CC79A7", "#56B4E9"];
    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledDiamond, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp];

    public static IEnumerable<string> Draw(NasBench201Table table, IReadOnlyList<double> cost, string costName, NasBench201Metric metric,
        IReadOnlyList<(string Name, NasBench201Result Cell)> marked, double lowest, string folder)
    {
        double[] accuracy = [.. table.Results.Select(row => row.Accuracy(metric))];
        int[] front = ParetoFront.Of(cost, accuracy);
        int[] shown = [.. Enumerable.Range(0, accuracy.Length).Where(i => accuracy[i] >= lowest && !double.IsNaN(cost[i]))];
        if (marked.FirstOrDefault(cell => double.IsNaN(cost[cell.Cell.Index])) is { Cell: not null } unknown)
            throw new ArgumentException($"The cell '{unknown.Name}' has no {costName}; leave it out of --mark, or take another --column.");
        if (shown.Length == 0)
            throw new ArgumentException($"No cell with a {costName} has an accuracy of {lowest}% or more; give --from a lower one.");
        var files = new GuardedFolder(folder);
        files.CreateFolder();

        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        plot.Axes.Title.Label.Text = $"{shown.Length:N0} cells of NAS-Bench-201, {front.Count(i => accuracy[i] >= lowest)} on the front";
        plot.Axes.Title.Label.Bold = false;
        plot.XLabel(costName);
        plot.YLabel($"accuracy, {metric} (%)");
        var cloud = plot.Add.Markers(Thinned(shown, cost, accuracy), MarkerShape.FilledCircle, 3, Color.FromHex("#B0B0B0"));
        cloud.LegendText = "cells";
        Lines.Add(plot, [.. front.Where(i => accuracy[i] >= lowest).Select(i => new Coordinates(cost[i], accuracy[i]))], "Pareto front",
            Color.FromHex("#D55E00"), 2, LinePattern.Solid, MarkerShape.FilledCircle, 6);
        foreach (var ((name, cell), k) in marked.Select((cell, k) => (cell, k)))
            Lines.Add(plot, [new Coordinates(cost[cell.Index], accuracy[cell.Index])], name, Color.FromHex(Colors[k % Colors.Length]), 0,
                LinePattern.Solid, Shapes[k % Shapes.Length], 12);
        plot.ShowLegend(Alignment.LowerRight);

        files.Write("pareto.png", stream => stream.Write(plot.GetImageBytes(1200, 800, ImageFormat.Png)));
        files.Write("pareto.svg", plot.GetSvgXml(800, 533));
        string Row(string kind, int i) => string.Create(CultureInfo.InvariantCulture,
            $"{Csv.Escape(kind)},{i},{Csv.Escape(table.Results[i].Genotype.ToString())},{accuracy[i]:R},{cost[i]:R}");
        files.Write("pareto.csv", Csv.Lines(
        [
            $"kind,index,genotype,accuracy,{Csv.Escape(costName)}",
            .. front.Select(i => Row("front", i)), .. marked.Select(cell => Row(cell.Name, cell.Cell.Index)),
        ]));
        return [.. new[] { ".png", ".svg", ".csv" }.Select(ending => Path.Combine(folder, "pareto" + ending))];
    }

    private static Coordinates[] Thinned(int[] shown, IReadOnlyList<double> cost, double[] accuracy)
    {
        double least = shown.Min(i => cost[i]), most = shown.Max(i => cost[i]), low = shown.Min(i => accuracy[i]),
            high = shown.Max(i => accuracy[i]);
        static int Place(double value, double from, double to, int places) => to > from ? (int)((value - from) / (to - from) * places) : 0;
        return [.. shown.DistinctBy(i => (Place(cost[i], least, most, Columns), Place(accuracy[i], low, high, Rows)))
            .Select(i => new Coordinates(cost[i], accuracy[i]))];
    }
}
