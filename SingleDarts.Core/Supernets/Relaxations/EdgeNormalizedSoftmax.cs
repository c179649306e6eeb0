using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Softmax over the operations of an edge, and β over the edges into a node (edge normalisation of PC-DARTS, Xu et al., ICLR 2020): a node
/// is Σ_j softmax(β)_j · ō_j(x_j). Derivations read softmax(α) · softmax(β), so that edges are compared by both.
/// </summary>
/// <param name="InitialDeviation">Standard deviation of the normal distribution that α and β start from; 1e-3 in PC-DARTS.</param>
public sealed record EdgeNormalizedSoftmax(double InitialDeviation = 1e-3) : IRelaxation
{
    /// <summary>Name of β among the further parameters of a kind of cell.</summary>
    public const string Beta = "beta";

    /// <inheritdoc/>
    public string Name => "edge-normalized-softmax";

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator);

    /// <summary>β, [edges].</summary>
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> FurtherParameters(CellSpecification cell, Generator generator) =>
        new Dictionary<string, Tensor>
        {
            [Beta] = randn(Given.NotNull(cell).Topology.Edges.Count, dtype: ScalarType.Float64, generator: generator)
                .Times_(InitialDeviation),
        };

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context) => new(Given.NotNull(alpha).softmax(-1))
    {
        EdgeFactors = SoftmaxOverNodes(Given.NotNull(context).Cell.Topology, context.Parameters[Beta]),
    };

    /// <summary>A softmax over the edges into each node; edges are ordered by the node that they feed.</summary>
    private static Tensor SoftmaxOverNodes(CellTopology topology, Tensor beta)
    {
        using var scope = NewDisposeScope();
        return cat([.. topology.Edges.GroupBy(edge => edge.Target)
            .Select(node => beta.narrow(0, node.First().Index, node.Count()).softmax(0))]).MoveToOuterDisposeScope();
    }
}
