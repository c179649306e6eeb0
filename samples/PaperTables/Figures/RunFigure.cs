using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.TickGenerators;
using SingleDarts.Core.Runtime;
using SkiaSharp;

namespace PaperTables.Figures;

/// <summary>Draws bands: a plot for each panel with the same axes, dashed for single-level and solid otherwise.</summary>
internal static class RunFigure
{
    // Okabe and Ito's colours, told apart by colour-blind readers.
    private static readonly string[] Colors = ["#000000", "#D55E00", "#0072B2", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"];

    // In pixels of the lettering, which is 7 points high if a panel is as wide as a column of a paper (240 points).
    private const int PanelWidth = 480, Height = 480;

    // Pixels of the PNG for each.
    private const int Resolution = 3;

    public static IEnumerable<string> Draw(IReadOnlyList<Band> bands, string yLabel, bool sharesY, string folder, string name)
    {
        var files = new GuardedFolder(folder);
        files.CreateFolder();
        string[] panels = [.. bands.Select(b => b.Panel).Distinct()], lines = [.. bands.Select(b => b.Line).Distinct()],
            schemes = [.. bands.Select(b => b.Scheme).Distinct()];
        var figure = new Multiplot();
        figure.AddPlots(panels.Length);
        figure.Layout = new Grid(1, panels.Length);
        for (int i = 0; i < panels.Length; i++)
        {
            Plot plot = figure.GetPlot(i);
            plot.Font.Set(Fonts.Sans);
            plot.Title(panels[i]);
            plot.XLabel("epoch");
            plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
            plot.YLabel(yLabel);
            var drawn = bands.Where(b => b.Panel == panels[i]).Select(b => (Band: b, Color: Color.FromHex(
                Colors[lines.Length == 1 ? Array.IndexOf(schemes, b.Scheme) + 1 : Array.IndexOf(lines, b.Line) % Colors.Length]))).ToList();
            drawn.ForEach(d => AddRange(plot, d.Band, d.Color));
            drawn.ForEach(d => AddMean(plot, d.Band, d.Color));
            var points = bands.Where(b => sharesY || b.Panel == panels[i]).SelectMany(b => b.Points).ToList();
            double low = points.Min(p => p.Min), high = points.Max(p => p.Max), room = high > low ? 0.05 * (high - low) : 1;
            plot.Axes.SetLimitsY(low - room, high + room);
            plot.Legend.Orientation = Orientation.Horizontal;
            plot.ShowLegend(Edge.Bottom);
        }
        string path = Path.Combine(folder, name);
        int width = PanelWidth * panels.Length;
        files.Write(name + ".png", stream =>
        {
            using SKSurface surface = SKSurface.Create(new SKImageInfo(width * Resolution, Height * Resolution));
            surface.Canvas.Scale(Resolution);
            figure.Render(surface.Canvas, new PixelRect(0, width, Height, 0));
            using SKImage image = surface.Snapshot();
            using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
            png.SaveTo(stream);
        });
        files.Write(name + ".svg", stream =>
        {
            using SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, Height), stream);
            figure.Render(canvas, new PixelRect(0, width, Height, 0));
        });
        files.Write(name + ".csv", Csv.Lines([Band.Header, .. bands.SelectMany(b => b.Csv)]));
        return [path + ".png", path + ".svg", path + ".csv"];
    }

    /// <summary>From the smallest to the largest run, below all lines.</summary>
    private static void AddRange(Plot plot, Band band, Color color)
    {
        if (band.Points.All(p => p.Runs == 1))
            return;
        var range = plot.Add.FillY(
            [.. band.Points.Select(p => p.Epoch)], [.. band.Points.Select(p => p.Min)], [.. band.Points.Select(p => p.Max)]);
        (range.FillColor, range.LineWidth) = (color.WithAlpha(.15), 0);
    }

    private static void AddMean(Plot plot, Band band, Color color)
    {
        bool single = band.Scheme == "single-level";
        Lines.Add(plot, [.. band.Points.Select(p => new Coordinates(p.Epoch, p.Mean))], band.Label, color, 2,
            single ? LinePattern.Dashed : LinePattern.Solid,
            single && band.Points.Count <= 100 ? MarkerShape.OpenCircle : MarkerShape.None, 6);
    }
}
