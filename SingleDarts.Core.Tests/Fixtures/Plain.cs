using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>The layers of the operations as loops over numbers, [N, C, H, W], from their definitions.</summary>
internal sealed class Plain(nn.Module module, bool isTraining)
{
    private readonly Dictionary<string, Array> state = module.state_dict().Where(entry => entry.Value.dim() > 0).ToDictionary(
        entry => entry.Key, entry => entry.Value.to(ScalarType.Float64).cpu().contiguous().data<double>().ToNDArray());

    public static double[,,,] Numbers(Tensor images) => (double[,,,])images.cpu().contiguous().data<double>().ToNDArray();

    /// <summary>A number for each place of an output.</summary>
    public static double[,,,] Each((int N, int C, int H, int W) size, Func<int, int, int, int, double> value)
    {
        var result = new double[size.N, size.C, size.H, size.W];
        for (int n = 0; n < size.N; n++)
            for (int c = 0; c < size.C; c++)
                for (int i = 0; i < size.H; i++)
                    for (int j = 0; j < size.W; j++)
                        result[n, c, i, j] = value(n, c, i, j);
        return result;
    }

    public static (int N, int C, int H, int W) Size(double[,,,] x) => (x.GetLength(0), x.GetLength(1), x.GetLength(2), x.GetLength(3));

    public static double[,,,] Relu(double[,,,] x) => Each(Size(x), (n, c, i, j) => Math.Max(0, x[n, c, i, j]));

    public static double[,,,] Sum(double[,,,] x, double[,,,] y) => Each(Size(x), (n, c, i, j) => x[n, c, i, j] + y[n, c, i, j]);

    public static double[,,,] Join(double[,,,] x, double[,,,] y) => Each(
        Size(x) with { C = x.GetLength(1) + y.GetLength(1) },
        (n, c, i, j) => c < x.GetLength(1) ? x[n, c, i, j] : y[n, c - x.GetLength(1), i, j]);

    /// <summary>Σ over the kernel and the channels of a group of w · x, with zeros outside the image.</summary>
    public double[,,,] Conv(
        double[,,,] x, string name, (int, int)? stride = null, (int, int)? padding = null, int dilation = 1, bool isDepthwise = false)
    {
        var w = (double[,,,])state[name + ".weight"];
        var bias = (double[]?)state.GetValueOrDefault(name + ".bias");
        var (down, right) = stride ?? (1, 1);
        var (top, left) = padding ?? (0, 0);
        var (outs, ins, height, width) = Size(w);
        var size = Size(x) with
        {
            C = outs,
            H = ((x.GetLength(2) + (2 * top) - (dilation * (height - 1)) - 1) / down) + 1,
            W = ((x.GetLength(3) + (2 * left) - (dilation * (width - 1)) - 1) / right) + 1,
        };
        return Each(size, (n, o, i, j) =>
        {
            double sum = bias?[o] ?? 0;
            for (int c = 0; c < ins; c++)
                for (int u = 0; u < height; u++)
                    for (int v = 0; v < width; v++)
                        sum += w[o, c, u, v] * At(x, n, isDepthwise ? o : c, (i * down) - top + (u * dilation), (j * right) - left +
                            (v * dilation));
            return sum;
        });
    }

    /// <summary>(x − mean) / √(variance + 1e-5) · scale + shift, of the batch in training mode, else of the running statistics.</summary>
    public double[,,,] Norm(double[,,,] x, string name)
    {
        var (samples, channels, height, width) = Size(x);
        double count = samples * height * width;
        var scaled = new Func<double, double>[channels];
        for (int c = 0; c < channels; c++)
        {
            double mean = 0, variance = 0;
            foreach (double value in OfChannel(x, c))
                mean += value / count;
            foreach (double value in OfChannel(x, c))
                variance += (value - mean) * (value - mean) / count;
            if (!isTraining && state.TryGetValue(name + ".running_mean", out Array? running))
            {
                mean = ((double[])running)[c];
                variance = ((double[])state[name + ".running_var"])[c];
            }
            double scale = 1, shift = 0;
            if (state.TryGetValue(name + ".weight", out Array? weight))
            {
                scale = ((double[])weight)[c];
                shift = ((double[])state[name + ".bias"])[c];
            }
            scaled[c] = value => ((value - mean) / Math.Sqrt(variance + 1e-5) * scale) + shift;
        }
        return Each(Size(x), (n, c, i, j) => scaled[c](x[n, c, i, j]));
    }

    /// <summary>The maximum or the mean of the k×k pixels around a place that are in the image.</summary>
    public static double[,,,] Pool(double[,,,] x, int k, int stride, int padding, bool isMaximum)
    {
        var size = Size(x) with
        {
            H = ((x.GetLength(2) + (2 * padding) - k) / stride) + 1,
            W = ((x.GetLength(3) + (2 * padding) - k) / stride) + 1,
        };
        return Each(size, (n, c, i, j) =>
        {
            var inside = new List<double>();
            for (int u = 0; u < k; u++)
                for (int v = 0; v < k; v++)
                    if (IsInside(x, (i * stride) - padding + u, (j * stride) - padding + v))
                        inside.Add(x[n, c, (i * stride) - padding + u, (j * stride) - padding + v]);
            return isMaximum ? inside.Max() : inside.Sum() / inside.Count;
        });
    }

    /// <summary>A linear layer on the mean of each channel, [N, classes, 1, 1].</summary>
    public double[,,,] Classify(double[,,,] x, string name)
    {
        var w = (double[,])state[name + ".weight"];
        var bias = (double[])state[name + ".bias"];
        return Each((x.GetLength(0), bias.Length, 1, 1), (n, o, _, _) =>
        {
            double sum = bias[o];
            for (int c = 0; c < x.GetLength(1); c++)
                sum += w[o, c] * Enumerable.Range(0, x.GetLength(2) * x.GetLength(3))
                    .Average(p => x[n, c, p / x.GetLength(3), p % x.GetLength(3)]);
            return sum;
        });
    }

    private static IEnumerable<double> OfChannel(double[,,,] x, int c)
    {
        for (int n = 0; n < x.GetLength(0); n++)
            for (int i = 0; i < x.GetLength(2); i++)
                for (int j = 0; j < x.GetLength(3); j++)
                    yield return x[n, c, i, j];
    }

    private static bool IsInside(double[,,,] x, int i, int j) => i >= 0 && j >= 0 && i < x.GetLength(2) && j < x.GetLength(3);

    private static double At(double[,,,] x, int n, int c, int i, int j) => IsInside(x, i, j) ? x[n, c, i, j] : 0;
}
