using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>How a cell mixes its candidates: the operation weights p, and which candidates are computed.</summary>
/// <param name="P">p, [edges, operations].</param>
/// <param name="Computed">
/// For each edge and operation, whether the candidate is computed; all if <see langword="null"/>. A candidate that is not computed adds
/// nothing to its node, and its p gets no gradient, unless <see cref="CountsUncomputed"/>.
/// </param>
public sealed record MixingWeights(Tensor P, bool[,]? Computed = null)
{
    /// <summary>Factor of each edge in the sum of its node, [edges]; 1 if <see langword="null"/>.</summary>
    public Tensor? EdgeFactors { get; init; }

    /// <summary>
    /// Whether a candidate that is not computed counts as if its output were all ones: its p, which is 0 in value, is added to every
    /// number of the mixture, so that its gradient is the sum over the gradient of the mixture (GDAS in NAS-Bench-201,
    /// <c>search_cells.py</c>).
    /// </summary>
    public bool CountsUncomputed { get; init; }

    /// <summary>Weights with which every candidate is computed.</summary>
    /// <param name="p">p, [edges, operations].</param>
    public static implicit operator MixingWeights(Tensor p) => new(p);

    /// <summary>The weights of one edge. Its tensors are new ones in the current dispose scope.</summary>
    /// <param name="edge">Row of p.</param>
    public EdgeWeights this[int edge] => new(
        P[edge], Computed is null ? null : [.. Enumerable.Range(0, Computed.GetLength(1)).Select(k => Computed[edge, k])])
    {
        Factor = EdgeFactors?[edge],
        CountsUncomputed = CountsUncomputed,
    };

    /// <summary>p times the factor of its edge, [edges, operations].</summary>
    public Tensor Scaled => EdgeFactors is null ? P : P * EdgeFactors.unsqueeze(1);

    /// <summary>The same numbers without their gradient history.</summary>
    public MixingWeights Detach() => this with { P = P.detach(), EdgeFactors = EdgeFactors?.detach() };

    /// <summary>Whether a candidate is computed.</summary>
    /// <param name="edge">Row of p.</param>
    /// <param name="operation">Column of p.</param>
    public bool Computes(int edge, int operation) => Computed is null || Computed[edge, operation];

    /// <summary>Whether an edge computes any candidate, or counts those that it does not compute.</summary>
    /// <param name="edge">Row of p.</param>
    internal bool ComputesAny(int edge) => Computed is null || CountsUncomputed || Chosen(edge) > 0;

    /// <summary>
    /// Whether every edge computes one candidate at most. Such cells are never merged: there is little to share, and the plan of a merged
    /// cell holds for one choice alone.
    /// </summary>
    internal bool IsPath => Computed is not null && Enumerable.Range(0, Computed.GetLength(0)).All(edge => Chosen(edge) <= 1);

    private int Chosen(int edge) => Enumerable.Range(0, Computed!.GetLength(1)).Count(k => Computed[edge, k]);

    /// <summary>Weights that compute only the candidates whose p is not zero. Reads p from the device.</summary>
    /// <param name="p">p, [edges, operations].</param>
    public static MixingWeights OnlyNonZero(Tensor p)
    {
        ArgumentNullException.ThrowIfNull(p);
        using var scope = NewDisposeScope();
        bool[] isComputed = Host.Numbers<bool>(p.detach().ne(Scalars.Zero).flatten());
        var computed = new bool[p.shape[0], p.shape[1]];
        Buffer.BlockCopy(isComputed, 0, computed, 0, computed.Length);
        return new MixingWeights(p, computed);
    }

    /// <summary>
    /// A hard choice: each edge computes the operation of its largest weight alone, with p = 1, and the gradient is that of the soft
    /// weights (straight-through). Reads the choice from the device.
    /// </summary>
    /// <param name="soft">Soft weights, [edges, operations], for example a softmax of α and noise.</param>
    public static MixingWeights StraightThrough(Tensor soft)
    {
        ArgumentNullException.ThrowIfNull(soft);
        using var scope = NewDisposeScope();
        Tensor chosen = soft.detach().argmax(-1, keepdim: true);
        Tensor hard = zeros_like(soft).scatter_(1, chosen, ones_like(soft));
        long[] columns = Host.Numbers<long>(chosen.flatten());
        var computed = new bool[soft.shape[0], soft.shape[1]];
        for (int edge = 0; edge < columns.Length; edge++)
            computed[edge, columns[edge]] = true;
        return new MixingWeights((hard - soft.detach()).Plus(soft).MoveToOuterDisposeScope(), computed);
    }

    /// <summary>The path of a genotype alone: p is 1 for its operations, which are computed, and 0 for all others.</summary>
    /// <param name="cell">The kind of cell.</param>
    /// <param name="genotype">A cell of that kind; an edge that it leaves out has no operation, one that it reads twice has two.</param>
    /// <param name="device">Device of p; the CPU if <see langword="null"/>.</param>
    /// <param name="dtype">Floating type of p.</param>
    /// <exception cref="ArgumentException">The genotype has nodes, edges or operations that the cell has not.</exception>
    public static MixingWeights OneHot(
        CellSpecification cell, CellGenotype genotype, Device? device = null, ScalarType dtype = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(genotype);
        cell.Validate(genotype, allowRepeatedEdges: true);
        var computed = new bool[cell.Topology.Edges.Count, cell.Operations.Count];
        var p = new double[computed.Length];
        for (int i = 0; i < genotype.Nodes.Count; i++)
            foreach (Gene gene in genotype.Nodes[i])
            {
                int edge = cell.Topology.Edge(gene.Source, cell.Topology.Inputs + i).Index, column = cell.Column(gene.Operation);
                computed[edge, column] = true;
                p[(edge * cell.Operations.Count) + column]++;
            }
        using var onHost = tensor(p, [computed.GetLength(0), computed.GetLength(1)]);
        return new MixingWeights(onHost.to(dtype, device ?? CPU, copy: true), computed);
    }
}
