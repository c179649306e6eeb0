using SingleDarts.Core.Kernels;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>A batch normalisation γ (y − μ) / σ + β with the statistics of one batch, as numbers for each channel.</summary>
/// <param name="Mean">μ.</param>
/// <param name="Inverse">1/σ.</param>
/// <param name="Scale">γ.</param>
/// <param name="Shift">β.</param>
internal sealed record BlockNormalization(double[] Mean, double[] Inverse, double[] Scale, double[] Shift)
{
    /// <summary>Whether the statistics do not depend on the batch, so that no gradient goes through them.</summary>
    private bool IsFixed { get; init; }

    /// <summary>As a map of y.</summary>
    public AffineMap Affine { get; } = new(
        [.. Mean.Select((_, c) => Scale[c] * Inverse[c])], [.. Mean.Select((m, c) => Shift[c] - m * Scale[c] * Inverse[c])]);

    /// <summary>A block's, for a batch.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weights">γ and β; none if the block has none.</param>
    /// <param name="mean">μ.</param>
    /// <param name="variance">Biased variance.</param>
    public static BlockNormalization Of(BatchNormalization module, Tensor[] weights, double[] mean, double[] variance) => new(
        mean, [.. variance.Select(v => 1 / Math.Sqrt(v + module.eps))],
        weights.Length > 0 ? Runtime.Host.Doubles(weights[0]) : [.. mean.Select(_ => 1.0)],
        weights.Length > 0 ? Runtime.Host.Doubles(weights[1]) : new double[mean.Length]);

    /// <summary>No normalisation.</summary>
    /// <param name="channels">Number of channels.</param>
    public static BlockNormalization None(int channels)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, channels)];
        return new(new double[channels], ones, ones, new double[channels]) { IsFixed = true };
    }

    /// <summary>Σ g (γ (y − μ) / σ + β): the gradient in a factor of the output.</summary>
    /// <param name="sums">Σ g and Σ g (y − μ).</param>
    public double ShareOfP((double[] Gradient, double[] Product) sums) =>
        Mean.Select((_, c) => Scale[c] * Inverse[c] * sums.Product[c] + Shift[c] * sums.Gradient[c]).Sum();

    /// <summary>p, q, μ and r of dy = p g + q (y − μ) + r, the gradient through the normalisation and a factor.</summary>
    /// <param name="sums">Σ g and Σ g (y − μ).</param>
    /// <param name="factor">The factor.</param>
    /// <param name="count">Values of a channel.</param>
    public double[][] Backward((double[] Gradient, double[] Product) sums, double factor, long count)
    {
        double[] p = [.. Mean.Select((_, c) => factor * Scale[c] * Inverse[c])];
        return IsFixed ? [p, new double[p.Length], Mean, new double[p.Length]] : [
            p, [.. p.Select((each, c) => -each * Inverse[c] * Inverse[c] * sums.Product[c] / count)], Mean,
            [.. p.Select((each, c) => -each * sums.Gradient[c] / count)]];
    }

    /// <summary>Gradients in γ and β, if the block has them.</summary>
    /// <param name="sums">Σ g and Σ g (y − μ).</param>
    /// <param name="factor">A factor of the output.</param>
    /// <param name="weights">γ and β.</param>
    public IEnumerable<Tensor> OfScaleAndShift((double[] Gradient, double[] Product) sums, double factor, Tensor[] weights)
    {
        if (weights.Length == 0)
            yield break;
        yield return As(weights[0], [.. sums.Product.Select((each, c) => factor * Inverse[c] * each)]);
        yield return As(weights[1], [.. sums.Gradient.Select(each => factor * each)]);
    }

    private static Tensor As(Tensor like, double[] values)
    {
        using Tensor exact = from_array(values);
        return exact.to(like.dtype, copy: true);
    }
}
