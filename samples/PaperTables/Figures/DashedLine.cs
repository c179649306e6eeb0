using ScottPlot;
using SkiaSharp;

namespace PaperTables.Figures;

/// <summary>
/// A line whose dashes are filled shapes. Skia's SVG canvas leaves dashes out of a stroked line and complains on standard error.
/// </summary>
internal sealed class DashedLine(Coordinates[] points, LineStyle style, MarkerStyle marker) : IPlottable, IMarker
{
    private const float LegendWidth = 20;

    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public string LegendText { get; init; } = "";

    public IEnumerable<LegendItem> LegendItems =>
        LegendItem.Single(this, LegendText, new MarkerStyle(MarkerShape.FilledCircle, LegendWidth) { CustomRenderer = this });

    public AxisLimits GetAxisLimits() =>
        new(points.Min(p => p.X), points.Max(p => p.X), points.Min(p => p.Y), points.Max(p => p.Y));

    public void Render(RenderPack rp) => Draw(rp.Canvas, rp.Paint, [.. points.Select(Axes.GetPixel)], scale: 1, markers: true);

    /// <summary>The line in the legend: shorter dashes, so that there are several, and a marker in the middle.</summary>
    public void Render(SKCanvas canvas, Paint paint, Pixel center, float size, MarkerStyle markerStyle)
    {
        Draw(canvas, paint, [new Pixel(center.X - (size / 2), center.Y), new Pixel(center.X + (size / 2), center.Y)], scale: .45f,
            markers: false);
        marker.Render(canvas, center, paint);
    }

    private void Draw(SKCanvas canvas, Paint paint, Pixel[] pixels, float scale, bool markers)
    {
        if (style.CanBeRendered && pixels.Length > 1)
        {
            using SKPath line = new(), dashes = new();
            line.AddPoly([.. pixels.Select(p => new SKPoint(p.X, p.Y))], close: false);
            using SKPathEffect effect = SKPathEffect.CreateDash([.. style.Pattern.Intervals.Select(i => i * scale)], 0);
            using SKPaint stroke = new() { IsStroke = true, StrokeWidth = style.Width, PathEffect = effect },
                fill = new() { Color = style.Color.ToSKColor(), IsAntialias = true };
            stroke.GetFillPath(line, dashes);
            canvas.DrawPath(dashes, fill);
        }
        foreach (Pixel pixel in markers ? pixels : [])
            marker.Render(canvas, pixel, paint);
    }
}
