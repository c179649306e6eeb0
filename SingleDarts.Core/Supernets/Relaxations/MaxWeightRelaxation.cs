using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// max-W of sharpDARTS (Hundt et al., 2019): p_k = s_k + 1 − max_j s_j with s = softmax(α), so that the strongest operation of an edge has
/// the weight 1 and the others lag behind by their distance. The gradient also goes through the maximum. Derivations read s, because the
/// largest p of every edge is 1.
/// </summary>
/// <param name="InitialDeviation">Standard deviation of the normal distribution that α starts from.</param>
/// <remarks>As <c>ahundt/sharpDARTS</c> 6f593d4, whose <c>weighting_algorithm</c> is the plain softmax unless it is set.</remarks>
public sealed record MaxWeightRelaxation(double InitialDeviation = 1e-3) : IRelaxation
{
    /// <inheritdoc/>
    public string Name => "max-w";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        using var scope = NewDisposeScope();
        Tensor s = Given.NotNull(alpha).softmax(-1);
        return (s - s.amax([-1], keepdim: true)).Plus(1L).MoveToOuterDisposeScope();
    }

    /// <summary>softmax(α).</summary>
    /// <inheritdoc/>
    public Tensor Expectation(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);
}
