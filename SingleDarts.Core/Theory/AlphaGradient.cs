using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Theory;

/// <summary>∂L/∂α from ∂L/∂p for the two activations of the paper (Sections 4.2 and 4.3).</summary>
public static class AlphaGradient
{
    /// <summary>Softmax: ∂L/∂α_k = p_k (∂L/∂p_k − Σ_m p_m ∂L/∂p_m). Every operation's gradient depends on all others.</summary>
    /// <param name="probabilities">p = softmax(α) of shape [n].</param>
    /// <param name="gradients">∂L/∂p of shape [n].</param>
    /// <returns>∂L/∂α of shape [n]; it sums to 0.</returns>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, or p is no distribution.</exception>
    public static double[] Softmax(double[] probabilities, double[] gradients)
    {
        double[] g = Inputs.Finite(gradients, nameof(gradients)), p = Inputs.Distribution(probabilities, nameof(probabilities), g.Length);
        double mean = Mean(p, g);
        return [.. p.Zip(g, (v, d) => v * (d - mean))];
    }

    /// <summary>Sigmoid: ∂L/∂α_k = p_k (1 − p_k) ∂L/∂p_k. Operations do not compete.</summary>
    /// <param name="probabilities">p = sigmoid(α) of shape [n], each within [0, 1].</param>
    /// <param name="gradients">∂L/∂p of shape [n].</param>
    /// <returns>∂L/∂α of shape [n].</returns>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, or p lies outside [0, 1].</exception>
    public static double[] Sigmoid(double[] probabilities, double[] gradients)
    {
        double[] g = Inputs.Finite(gradients, nameof(gradients)), p = Inputs.Finite(probabilities, nameof(probabilities), g.Length);
        if (p.Any(v => v is < 0 or > 1))
            throw new ArgumentException($"probabilities = ({string.Join(", ", p)}); a sigmoid lies within [0, 1].", nameof(probabilities));
        return [.. p.Zip(g, (v, d) => v * (1 - v) * d)];
    }

    /// <summary>Softmax over the last dimension: p (∂L/∂p − Σ p ∂L/∂p).</summary>
    /// <param name="probabilities">p = softmax(α), for example of shape [edges, operations].</param>
    /// <param name="gradients">∂L/∂p of the same shape.</param>
    /// <returns>∂L/∂α of the same shape.</returns>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static Tensor Softmax(Tensor probabilities, Tensor gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(probabilities);
        RequireSameShape(probabilities, gradients);
        using var scope = NewDisposeScope();
        return (probabilities * (gradients - (probabilities * gradients).sum(-1, keepdim: true))).MoveToOuterDisposeScope();
    }

    /// <summary>Sigmoid: p (1 − p) ∂L/∂p.</summary>
    /// <param name="probabilities">p = sigmoid(α), for example of shape [edges, operations].</param>
    /// <param name="gradients">∂L/∂p of the same shape.</param>
    /// <returns>∂L/∂α of the same shape.</returns>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static Tensor Sigmoid(Tensor probabilities, Tensor gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(probabilities);
        RequireSameShape(probabilities, gradients);
        using var scope = NewDisposeScope();
        return (probabilities * probabilities.negative().Plus(1L) * gradients).MoveToOuterDisposeScope();
    }

    internal static double[] SoftmaxOf(double[] alpha)
    {
        double max = alpha.Max();
        double[] weights = [.. alpha.Select(a => Math.Exp(a - max))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    internal static double Mean(double[] p, double[] gradients)
    {
        double mean = 0;
        for (int k = 0; k < p.Length; k++)
            mean += p[k] * gradients[k];
        return mean;
    }

    private static void RequireSameShape(Tensor probabilities, Tensor gradients)
    {
        if (!probabilities.shape.SequenceEqual(gradients.shape))
        {
            throw new ArgumentException(
                $"probabilities are [{string.Join(", ", probabilities.shape)}] and gradients [{string.Join(", ", gradients.shape)}]; " +
                "both need one shape.", nameof(gradients));
        }
    }
}
