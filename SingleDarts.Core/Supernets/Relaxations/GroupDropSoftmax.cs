using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// DropNAS (Hong et al., IJCAI 2020): every forward pass leaves candidates out, and a softmax over those that are left mixes them. On every
/// edge, each candidate of a group of n is dropped with probability r^(1/n); a group that loses all of them is drawn again. Copies of a
/// kind of cell share the draw. Candidates that are dropped are not computed.
/// </summary>
/// <param name="GroupProbability">r: probability that one draw drops a whole group; 3e-5 in DropNAS, 7.4% for one of four.</param>
/// <remarks>
/// p is not scaled by the share of candidates that are left: the softmax takes the place of that. As <c>wiljohnhong/DropNAS</c> 90582ee.
/// </remarks>
public sealed record GroupDropSoftmax(double GroupProbability = 3e-5) : IRelaxation
{
    /// <summary>r: probability that one draw drops a whole group, which is then drawn again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within [0, 0.99].</exception>
    public double GroupProbability { get; init; } = GroupProbability is >= 0 and <= 0.99
        ? GroupProbability
        : throw new ArgumentOutOfRangeException(
            nameof(GroupProbability), GroupProbability, "A group is dropped with a probability of 0 to 0.99, for example 3e-5.");

    /// <summary>Standard deviation of the normal distribution that α starts from.</summary>
    /// <value>1e-3.</value>
    public double InitialDeviation { get; init; } = 1e-3;

    /// <summary>
    /// Groups of names of candidates; a candidate of no group is never dropped. If null, candidates with weights are one group and those
    /// without are the other, as in DropNAS.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>>? Groups { get; init; }

    /// <inheritdoc/>
    public string Name => "group-drop-softmax";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        string[] named = [.. Groups?.SelectMany(group => group) ?? []];
        if (named.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            yield return $"The candidate '{twice.Key}' is in {twice.Count()} groups of candidates that are dropped; expected one at most.";
        foreach (CellSpecification cell in space.Cells)
            if (named.FirstOrDefault(name => cell.Operations.All(operation => operation.Name != name)) is { } unknown)
                yield return $"A group of candidates that are dropped has '{unknown}', which is no candidate of cell '{cell.Name}'; " +
                    $"expected some of {string.Join(", ", cell.Operations)}.";
    }

    /// <inheritdoc/>
    public Tensor Initialize(long edges, long operations, Generator generator) =>
        new SoftmaxRelaxation(InitialDeviation).Initialize(edges, operations, generator);

    /// <inheritdoc/>
    public MixingWeights Relax(Tensor alpha, RelaxationContext context)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        bool[,] isKept = Draw(context.Cell, context.Generator);
        Tensor dropped = tensor([.. isKept.Cast<bool>().Select(kept => !kept)], alpha.shape).to(alpha.device);
        return new MixingWeights(alpha.Masked(dropped, double.NegativeInfinity).softmax(-1).MoveToOuterDisposeScope(), isKept);
    }

    /// <summary>softmax(α) over all candidates.</summary>
    /// <inheritdoc/>
    public Tensor Expectation(Tensor alpha, RelaxationContext context) => Given.NotNull(alpha).softmax(-1);

    /// <summary>For each edge and candidate, whether it is kept.</summary>
    private bool[,] Draw(CellSpecification cell, Generator generator)
    {
        var isKept = new bool[cell.Topology.Edges.Count, cell.Operations.Count];
        double[] uniform;
        using (Tensor drawn = rand(isKept.Length, ScalarType.Float64, generator: generator))
            uniform = Host.Doubles(drawn);
        foreach (CellEdge edge in cell.Topology.Edges)
            foreach (var group in cell.Allowed(edge).GroupBy(k => GroupOf(cell, k)))
            {
                double dropped = group.Key < 0 ? 0 : Math.Pow(GroupProbability, 1.0 / group.Count());
                foreach (int k in group)
                    isKept[edge.Index, k] = uniform[(edge.Index * cell.Operations.Count) + k] >= dropped;
                while (!group.Any(k => isKept[edge.Index, k]))
                    foreach (int k in group)
                        isKept[edge.Index, k] = generator.Uniform() >= dropped;
            }
        return isKept;
    }

    /// <summary>Number of the group of a candidate; −1 for none.</summary>
    private int GroupOf(CellSpecification cell, int k) => Groups is null
        ? cell.Operations[k].IsLearnable ? 0 : 1
        : Groups.Index().Where(group => group.Item.Contains(cell.Operations[k].Name)).Select(group => group.Index).FirstOrDefault(-1);
}
