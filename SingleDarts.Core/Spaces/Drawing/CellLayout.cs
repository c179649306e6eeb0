using System.Globalization;
using System.Xml.Linq;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Lays a cell out: a column for the inputs, then one for each node. Edges that would meet in one lane take lanes above and below.
/// </summary>
internal sealed class CellLayout
{
    private const double Lane = 46, Radius = 15, Margin = 24, Character = 6.6;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly CellDrawing drawing;
    private readonly int inputs;
    private readonly double column;
    private readonly List<(int From, int To, int Lane)> taken = [];

    private CellLayout(CellDrawing drawing)
    {
        this.drawing = drawing;
        inputs = drawing.Kind.Topology.Inputs;
        column = Math.Max(130, LabelWidth(drawing.Edges.Select(e => e.Gene.Operation.Length).DefaultIfEmpty().Max()) + (2 * Radius) + 44);
    }

    private readonly record struct Edge(int Source, int Target, string? Operation, bool IsLearnable);

    public static XElement Draw(CellDrawing drawing) => new CellLayout(drawing).Draw();

    private XElement Draw()
    {
        Edge[] edges =
        [
            .. drawing.Edges.Select(e => new Edge(e.Gene.Source, e.Target, e.Gene.Operation, drawing.IsLearnable(e.Gene))),
            .. drawing.HasOutputNode ? drawing.OutputSources.Select(node => new Edge(node, drawing.OutputNode, null, true)) : [],
        ];
        XElement[] lines = [.. edges.OrderBy(e => X(e.Target) - X(e.Source)).SelectMany(Line)];
        int top = Math.Max(inputs - 1, -taken.Select(t => t.Lane).Append(0).Min());
        int bottom = Math.Max(inputs - 1, taken.Select(t => t.Lane).Append(0).Max());
        int last = drawing.OutputNode - (drawing.HasOutputNode ? 0 : 1);
        double width = X(last) + (2 * (Margin + Radius)), height = ((top + bottom) * Lane) + (2 * (Margin + Radius));
        return new XElement(Svg + "svg",
            new XAttribute("viewBox", Join(-Margin - Radius, -(top * Lane) - Margin - Radius, width, height)),
            new XAttribute("width", Number(width)), new XAttribute("height", Number(height)), new XAttribute("role", "img"),
            new XAttribute("font-family", "sans-serif"), new XAttribute("font-size", 12),
            new XElement(Svg + "title", drawing.Cell.ToString()),
            lines.Where(element => element.Name.LocalName == "path"),
            lines.Where(element => element.Name.LocalName == "rect"),
            Enumerable.Range(0, last + 1).Select(Node),
            lines.Where(element => element.Name.LocalName == "text"));
    }

    private IEnumerable<XElement> Line(Edge edge)
    {
        string color = edge.Operation is null ? CellDrawing.Plain : edge.IsLearnable ? CellDrawing.Learnable : CellDrawing.NonLearnable;
        double x0 = X(edge.Source), x1 = X(edge.Target), y0 = Y(edge.Source), y1 = Y(edge.Target);
        double middle = FreeLane(edge) * Lane;
        // A cubic's middle is (y0 + 3c + 3c + y1) / 8.
        double c = ((8 * middle) - y0 - y1) / 6, third = (x1 - x0) / 3;
        double slope = Math.Atan2(y1 - c, third), endX = x1 - ((Radius + 7) * Math.Cos(slope)),
            endY = y1 - ((Radius + 7) * Math.Sin(slope));
        var path = new XElement(Svg + "path",
            new XAttribute("d", $"M{Join(x0, y0)} C{Join(x0 + third, c, x1 - third, c, endX, endY)}"),
            new XAttribute("fill", "none"), new XAttribute("stroke", color), new XAttribute("stroke-width", edge.Operation is null ? 1 : 2),
            new XAttribute("data-edge", $"{edge.Target}<-{edge.Source}"));
        if (!edge.IsLearnable)
            path.Add(new XAttribute("stroke-dasharray", "6 4"));
        yield return path;
        yield return new XElement(Svg + "path", new XAttribute("d", "M0 0 L-9 -4 L-9 4 Z"), new XAttribute("fill", color),
            new XAttribute("transform", $"translate({Join(x1 - (Radius * Math.Cos(slope)), y1 - (Radius * Math.Sin(slope)))}) " +
                $"rotate({Number(slope * 180 / Math.PI)})"));
        if (edge.Operation is null)
            yield break;
        double width = LabelWidth(edge.Operation.Length), x = (x0 + x1) / 2;
        yield return new XElement(Svg + "rect", new XAttribute("x", Number(x - (width / 2))), new XAttribute("y", Number(middle - 8)),
            new XAttribute("width", Number(width)), new XAttribute("height", 16), new XAttribute("fill", "white"));
        yield return new XElement(Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(middle + 4)),
            new XAttribute("text-anchor", "middle"), new XAttribute("fill", color), edge.Operation);
    }

    /// <summary>Lane 0 is the straight line to the next column; a line from the second of two inputs stays below.</summary>
    private int FreeLane(Edge edge)
    {
        int from = At(edge.Source), to = At(edge.Target);
        IEnumerable<int> outwards = Enumerable.Range(1, int.MaxValue - 1);
        IEnumerable<int> lanes = inputs == 2 && from == 0
            ? outwards.Select(lane => edge.Source == 0 ? -lane : lane)
            : (to - from == 1 ? new[] { 0 } : []).Concat(outwards.SelectMany(lane => new[] { -lane, lane }));
        int free = lanes.First(lane => !taken.Any(t => t.Lane == lane && t.From < to && from < t.To));
        taken.Add((from, to, free));
        return free;
    }

    private XElement Node(int node) => new(Svg + "g",
        new XElement(Svg + "circle", new XAttribute("cx", Number(X(node))), new XAttribute("cy", Number(Y(node))),
            new XAttribute("r", Number(Radius)), new XAttribute("fill", "white"), new XAttribute("stroke", "black"),
            new XAttribute("stroke-width", 1.5)),
        new XElement(Svg + "text", new XAttribute("x", Number(X(node))), new XAttribute("y", Number(Y(node) + 4)),
            new XAttribute("text-anchor", "middle"), drawing.Label(node)));

    private static double LabelWidth(int characters) => (Character * characters) + 6;

    private int At(int node) => Math.Max(0, node - inputs + 1);

    private double X(int node) => At(node) * column;

    private double Y(int node) => inputs == 2 && node < 2 ? (node == 0 ? -Lane : Lane) : 0;

    private static string Join(params double[] numbers) => string.Join(' ', numbers.Select(Number));

    private static string Number(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);
}
