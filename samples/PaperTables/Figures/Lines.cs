using ScottPlot;

namespace PaperTables.Figures;

/// <summary>Adds a line to a plot that looks the same as PNG and as SVG.</summary>
internal static class Lines
{
    public static void Add(Plot plot, Coordinates[] points, string label, Color color, float width, LinePattern pattern, MarkerShape shape,
        float markerSize)
    {
        if (pattern.Intervals.Length == 0)
        {
            var line = plot.Add.Scatter(points, color);
            (line.LegendText, line.LineWidth, line.MarkerShape, line.MarkerSize) = (label, width, shape, markerSize);
            return;
        }
        var marker = new MarkerStyle(shape, shape == MarkerShape.None ? 0 : markerSize, color) { LineWidth = 1.5f, LineColor = color };
        plot.Add.Plottable(new DashedLine(points, new LineStyle(width, color, pattern), marker) { LegendText = label });
    }
}
