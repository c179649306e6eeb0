using System.Globalization;
using System.Xml.Linq;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>
/// A chart as a small SVG. The line of a place has the colour and the dashes of that place (classes <c>l0</c> to <c>l7</c> of the page).
/// </summary>
internal sealed class LineChart
{
    private const double Left = 52, Right = 10, Top = 24, Bottom = 34;
    private const int Styles = 8;
    private readonly double width, height;
    private readonly (double Low, double High) x, y;

    private LineChart(IReadOnlyList<Line> lines, double width, double height, (double, double)? range)
    {
        (this.width, this.height) = (width, height);
        var points = lines.SelectMany(l => l.Points).Where(IsFinite).ToList();
        x = points.Count == 0 ? (0, 1) : Widened(points.Min(p => p.X), points.Max(p => p.X), 0);
        y = range ?? (points.Count == 0 ? (0, 1) : Widened(points.Min(p => p.Y), points.Max(p => p.Y), .06));
    }

    /// <param name="title">Above the chart.</param>
    /// <param name="lines">At most 8 look different.</param>
    /// <param name="range">Of the vertical axis; what the lines need if null.</param>
    /// <param name="width">Of the whole picture, in pixels.</param>
    /// <param name="height">Of the whole picture, in pixels.</param>
    public static XElement Draw(string title, IReadOnlyList<Line> lines, (double, double)? range = null, double width = 340,
        double height = 210) =>
        new LineChart(lines, width, height, range).Draw(title, lines);

    /// <summary>Charts with one legend.</summary>
    public static XElement Group(IEnumerable<XElement> charts, IEnumerable<string> names) => E("figure", Row(charts),
        E("figcaption", names.Select((name, i) => E("span",
            new XElement(Svg + "svg", A("width", 34), A("height", 10), A("aria-hidden", "true"),
                new XElement(Svg + "path", A("class", Style(i)), A("d", "M1 5 H33"))), name))));

    /// <summary>The range of the vertical axis that several charts share.</summary>
    public static (double, double)? Shared(IEnumerable<Line> lines)
    {
        var points = lines.SelectMany(l => l.Points).Where(IsFinite).ToList();
        return points.Count == 0 ? null : Widened(points.Min(p => p.Y), points.Max(p => p.Y), .06);
    }

    private static bool IsFinite((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    private static string Style(int place) => $"l{place % Styles}";

    private XElement Draw(string title, IReadOnlyList<Line> lines) => new(Svg + "svg",
        A("viewBox", $"0 0 {N(width)} {N(height)}"), A("width", N(width)), A("height", N(height)), A("role", "img"), A("class", "chart"),
        new XElement(Svg + "title", title),
        Text(Left, 14, "start", title, "name"),
        Ticks(y, 6, 0).Select(tick =>
            new[] { Path("grid", $"M{N(Left)} {N(Y(tick))} H{N(width - Right)}"), Text(Left - 6, Y(tick) + 4, "end", Label(tick)) }),
        Ticks(x, 6, 1).Select(tick =>
            new[] { Path("axis", $"M{N(X(tick))} {N(height - Bottom)} v4"), Text(X(tick), height - Bottom + 15, "middle", Label(tick)) }),
        Text((Left + width - Right) / 2, height - 4, "middle", "epoch"),
        Path("axis", $"M{N(Left)} {N(Top)} V{N(height - Bottom)} H{N(width - Right)}"),
        lines.Select((line, i) => new XElement(Svg + "g", A("class", Style(i)), new XElement(Svg + "title", line.Name), Pieces(line))));

    private IEnumerable<XElement> Pieces(Line line)
    {
        var piece = new List<(double X, double Y)>();
        foreach (var point in line.Points.Append((double.NaN, double.NaN)))
        {
            if (IsFinite(point))
            {
                piece.Add(point);
                continue;
            }
            if (piece.Count > 1)
                yield return new XElement(Svg + "polyline", A("points", string.Join(' ', piece.Select(p => $"{N(X(p.X))},{N(Y(p.Y))}"))));
            if (piece.Count == 1 || line.Points.Count <= 10)
                foreach (var p in piece)
                    yield return new XElement(Svg + "circle", A("cx", N(X(p.X))), A("cy", N(Y(p.Y))), A("r", 2.5));
            piece.Clear();
        }
    }

    private double X(double value) => Left + ((value - x.Low) / (x.High - x.Low) * (width - Left - Right));

    private double Y(double value) => height - Bottom - ((value - y.Low) / (y.High - y.Low) * (height - Top - Bottom));

    private static (double, double) Widened(double low, double high, double share)
    {
        double room = high - low > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)) ? share * (high - low) : low == 0 ? 1
            : Math.Abs(low) / 2;
        return (low - room, high + room);
    }

    private static IEnumerable<double> Ticks((double Low, double High) range, int atMost, double leastStep)
    {
        double rough = (range.High - range.Low) / atMost, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = Math.Max(leastStep, new[] { 1, 2, 5, 10 }.Select(m => m * power).First(s => s >= rough * .999));
        for (double i = Math.Ceiling((range.Low / step) - 1e-9); i * step <= range.High + (1e-9 * step); i++)
            yield return (i * step) + 0.0;
    }

    private static string Label(double tick) => Number(tick, tick != 0 && Math.Abs(tick) is < 1e-3 or >= 1e5 ? "0.##e0" : "0.#####");

    private static XElement Path(string style, string d) => new(Svg + "path", A("class", style), A("d", d));

    private static XElement Text(double x, double y, string anchor, string text, string style = "label") =>
        new(Svg + "text", A("class", style), A("x", N(x)), A("y", N(y)), A("text-anchor", anchor), text);

    private static XAttribute A(string name, object value) => new(name, value is double d ? N(d) : value);

    private static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);
}
