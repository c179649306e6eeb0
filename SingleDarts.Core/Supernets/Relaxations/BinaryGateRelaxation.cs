using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Two paths with binary gates (ProxylessNAS; Cai et al., ICLR 2019): every forward pass draws two candidates of each edge without
/// replacement, with probability softmax(α), and one of the two to be active, with probability q, the softmax over the two alone. The gates
/// g are 1 for the active candidate and 0 for the other, whose output is computed for the gradient: ∂L/∂α_i = Σ_j ∂L/∂g_j q_j (δ_ij − q_i)
/// over the two. Other candidates are neither computed nor moved. Copies of a kind of cell share the draw.
/// </summary>
/// <param name="InitialDeviation">Standard deviation of the normal distribution that α starts from.</param>
/// <remarks>
/// <c>mit-han-lab/proxylessnas</c> 80c1c37, <c>mix_op.py</c>, mode <c>two</c>. Different there: an edge whose active candidate is zero does
/// not move its α in that step. The output of the other candidate is detached there; here its gate of 0 keeps gradients out of its weights.
/// </remarks>
public sealed record BinaryGateRelaxation(double InitialDeviation = 1e-3) : IRelaxation
{
    /// <inheritdoc/>
    public string Name => "binary-gates";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        double[,] p = Host.Matrix(alpha.softmax(-1));
        var isDrawn = new bool[p.GetLength(0), p.GetLength(1)];
        var gates = new double[p.GetLength(0), p.GetLength(1)];
        for (int edge = 0; edge < p.GetLength(0); edge++)
        {
            var (active, other) = Draw([.. Enumerable.Range(0, p.GetLength(1)).Select(k => p[edge, k])], context.Generator);
            isDrawn[edge, active] = isDrawn[edge, other] = true;
            gates[edge, active] = 1;
        }
        Tensor isLeftOut = tensor([.. isDrawn.Cast<bool>().Select(drawn => !drawn)], alpha.shape).to(alpha.device);
        Tensor q = alpha.Masked(isLeftOut, double.NegativeInfinity).softmax(-1), g = tensor(gates).to(alpha.dtype, alpha.device);
        return new MixingWeights((g - q.detach()).Plus(q).MoveToOuterDisposeScope(), isDrawn);
    }

    /// <summary>softmax(α): the probability with which each candidate is drawn first.</summary>
    /// <inheritdoc/>
    public Tensor Expectation(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);

    /// <summary>Two candidates, the active one first; twice the same if there is no other of a positive probability.</summary>
    private static (int Active, int Other) Draw(double[] p, Generator generator)
    {
        int first = generator.Categorical(p);
        double[] rest = [.. p.Select((share, k) => k == first ? 0 : share)];
        int second = rest.Sum() > 0 ? generator.Categorical(rest) : first;
        return generator.Categorical([p[first], p[second]]) == 0 ? (first, second) : (second, first);
    }
}
