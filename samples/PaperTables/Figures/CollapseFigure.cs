using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Theory;

namespace PaperTables.Figures;

/// <summary>
/// Theorem 4.3 by simulation: iterations until p of the best operation exceeds 1 − ε, with equal starts and equal margins, beside the
/// printed bound and both bounds that hold. Both axes are logarithmic.
/// </summary>
internal static class CollapseFigure
{
    public static readonly double[] Epsilons = [0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001];

    public static IEnumerable<string> Draw(int operations, double learningRate, double margin, IReadOnlyList<double> epsilons,
        string folder)
    {
        double[] Bound(Func<int, double, double, double, double> bound) =>
            [.. epsilons.Select(e => Math.Max(0, bound(operations, e, learningRate, margin)))];
        double[] printed = Bound(CollapseBound.Printed), flow = Bound((n, e, h, d) => CollapseBound.GradientFlow(n, e, h, d)),
            descent = Bound((n, e, h, d) => CollapseBound.GradientDescent(n, e, h, d));
        double[] simulated = [.. epsilons.Select(e => (double)CollapseTime.Uniform(operations, e, learningRate, margin).Iterations!)];
        var files = new GuardedFolder(folder);
        files.CreateFolder();

        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        plot.Axes.Title.Label.Text =
            $"Time to collapse (Theorem 4.3): n = {operations}, learning rate × margin = {learningRate * margin:G3}";
        plot.Axes.Title.Label.Bold = false;
        plot.XLabel("iterations");
        plot.YLabel("1 − p of the best operation, or ε");
        Add(plot, epsilons, descent, "bound of gradient descent", "#009E73", LinePattern.Dotted, MarkerShape.OpenTriangleUp);
        Add(plot, epsilons, flow, "bound of gradient flow", "#0072B2", LinePattern.Dashed, MarkerShape.None);
        Add(plot, epsilons, simulated, "simulated", "#000000", LinePattern.Solid, MarkerShape.FilledCircle);
        Add(plot, epsilons, printed, "printed bound (Eq. 15), false", "#D55E00", LinePattern.DenselyDashed, MarkerShape.OpenSquare);
        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Axes.Left.TickGenerator = Decades();
        plot.ShowLegend(Alignment.UpperRight);

        string path = Path.Combine(folder, "theorem-4.3");
        files.Write("theorem-4.3.png", stream => stream.Write(plot.GetImageBytes(1200, 800, ImageFormat.Png)));
        files.Write("theorem-4.3.svg", plot.GetSvgXml(800, 533));
        files.Write("theorem-4.3.csv", Csv.Lines(
        [
            "epsilon,simulated,printed_bound,gradient_flow_bound,gradient_descent_bound",
            .. epsilons.Select((e, k) =>
                string.Create(CultureInfo.InvariantCulture, $"{e},{simulated[k]},{printed[k]:R},{flow[k]:R},{descent[k]}")),
        ]));
        return [path + ".png", path + ".svg", path + ".csv"];
    }

    private static void Add(
        Plot plot, IReadOnlyList<double> epsilons, double[] iterations, string label, string color, LinePattern pattern,
        MarkerShape marker) => Lines.Add(
        plot, [.. iterations.Zip(epsilons).Where(p => p.First > 0).Select(p => new Coordinates(Math.Log10(p.First), Math.Log10(p.Second)))],
        label, Color.FromHex(color), marker == MarkerShape.FilledCircle ? 0 : 2.5f, pattern, marker, 8);

    private static NumericAutomatic Decades() => new()
    {
        IntegerTicksOnly = true,
        MinorTickGenerator = new LogMinorTickGenerator(),
        LabelFormatter = v => Math.Pow(10, v).ToString("0.#####", CultureInfo.InvariantCulture),
    };
}
