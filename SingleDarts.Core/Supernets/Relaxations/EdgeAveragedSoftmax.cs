using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Softmax over the operations of an edge; a node is the mean of its edges instead of their sum: the fourth computed node of a cell of
/// DARTS divides by 5 (CDARTS in the space of DARTS, if no weights of edges are learnt). Derivations read the softmax alone.
/// </summary>
/// <param name="InitialDeviation">Standard deviation of the normal distribution that α starts from.</param>
public sealed record EdgeAveragedSoftmax(double InitialDeviation = 1e-3) : IRelaxation
{
    /// <inheritdoc/>
    public string Name => "edge-averaged-softmax";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        CellTopology topology = Given.NotNull(context).Cell.Topology;
        double[] shares = [.. topology.Edges.Select(edge => 1.0 / topology.EdgesInto(edge.Target).Count())];
        using Tensor onHost = tensor(shares);
        return new MixingWeights(alpha.softmax(-1)) { EdgeFactors = onHost.to(alpha.dtype, alpha.device, copy: true) };
    }

    /// <summary>The softmax of α.</summary>
    /// <inheritdoc/>
    public Tensor Expectation(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);
}
