using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Theory;

/// <summary>
/// The gradient correlation of Section 5.2.1 and Eq. 8: Σ_j Σ_k (δ_j · δ'_k)(x'_k · x_j) with δ = ∂L/∂x̄ of each sample. It equals the
/// inner product ⟨Σ_j δ_j x_jᵀ, Σ_k δ'_k x'_kᵀ⟩_F, which is linear in the batch size.
/// </summary>
/// <remarks>
/// A batch with itself gives a squared norm, never negative. Two independent batches give ‖E Σ δ xᵀ‖²_F on average, which is zero only
/// if the mean of δ xᵀ is; independence alone does not make it vanish.
/// </remarks>
public static class OuterProductCorrelation
{
    /// <summary>Σ_j δ_j x_jᵀ: the gradient of a linear operation's weight, per unit of p_i and summed over the batch.</summary>
    /// <param name="delta">δ of shape [samples, outputs].</param>
    /// <param name="x">Inputs of shape [samples, inputs].</param>
    /// <returns>Shape [outputs, inputs].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor OuterSum(Tensor delta, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(x);
        if (delta.dim() != 2 || x.dim() != 2 || delta.shape[0] != x.shape[0])
        {
            throw new ArgumentException(
                $"delta is [{string.Join(", ", delta.shape)}] and x is [{string.Join(", ", x.shape)}]; expected [samples, outputs] and " +
                "[samples, inputs] of the same samples.", nameof(delta));
        }
        return delta.t().mm(x);
    }

    /// <summary>The correlation of two batches.</summary>
    /// <param name="delta">δ of the first batch, [N, outputs].</param>
    /// <param name="x">Inputs of the first batch, [N, inputs].</param>
    /// <param name="otherDelta">δ' of the second batch, [M, outputs].</param>
    /// <param name="otherX">Inputs of the second batch, [M, inputs].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static double Between(Tensor delta, Tensor x, Tensor otherDelta, Tensor otherX)
    {
        ArgumentNullException.ThrowIfNull(otherDelta);
        ArgumentNullException.ThrowIfNull(otherX);
        using var scope = NewDisposeScope();
        return InnerProduct(OuterSum(delta, x), OuterSum(otherDelta, otherX));
    }

    /// <summary>The correlation divided by both norms, within [−1, 1]; this alone compares across layers and times.</summary>
    /// <param name="delta">δ of the first batch, [N, outputs].</param>
    /// <param name="x">Inputs of the first batch, [N, inputs].</param>
    /// <param name="otherDelta">δ' of the second batch, [M, outputs].</param>
    /// <param name="otherX">Inputs of the second batch, [M, inputs].</param>
    /// <returns>The cosine; NaN if a batch's sum is zero.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static double Cosine(Tensor delta, Tensor x, Tensor otherDelta, Tensor otherX)
    {
        ArgumentNullException.ThrowIfNull(otherDelta);
        ArgumentNullException.ThrowIfNull(otherX);
        using var scope = NewDisposeScope();
        Tensor first = OuterSum(delta, x), second = OuterSum(otherDelta, otherX);
        return InnerProduct(first, second) / Math.Sqrt(InnerProduct(first, first) * InnerProduct(second, second));
    }

    private static double InnerProduct(Tensor first, Tensor second)
    {
        if (!first.shape.SequenceEqual(second.shape))
        {
            throw new ArgumentException(
                $"The batches belong to weights of [{string.Join(", ", first.shape)}] and [{string.Join(", ", second.shape)}]; " +
                "both need the same outputs and inputs.", nameof(second));
        }
        return Host.Number<double>((first.to(ScalarType.Float64) * second.to(ScalarType.Float64)).sum());
    }
}
