using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The rule of DARTS (Liu et al., ICLR 2019, Section 2.4): an edge is as strong as its largest operation weight, zero operations
/// excluded; every node keeps its strongest edges, each with that operation. Ties go to the lower source and the earlier operation.
/// </summary>
/// <remarks>
/// Weights, not α, are compared, so edges compete across the node: with a sigmoid by the weight itself, with a softmax by the
/// share of their own edge. DropNAS and StacNAS compare α: <see cref="ComparesAlpha"/>.
/// </remarks>
public sealed record TopEdges : CellDerivation
{
    /// <summary>Makes the rule.</summary>
    /// <param name="edges">Edges kept per node; a node with fewer keeps all.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 edge.</exception>
    public TopEdges(int edges = 2)
    {
        if (edges < 1)
            throw new ArgumentOutOfRangeException(nameof(edges), edges, "A node must keep at least 1 edge; DARTS keeps 2.");
        Edges = edges;
    }

    /// <summary>Edges kept per node; a node with fewer keeps all.</summary>
    public int Edges { get; }

    /// <summary>Whether α itself is compared and not the weights, so that a softmax does not make edges alike whose α differ by a
    /// number.</summary>
    /// <value>False.</value>
    public bool ComparesAlpha { get; init; }

    /// <inheritdoc/>
    public override string Name => ComparesAlpha ? $"top-{Edges}-edges-of-alpha" : $"top-{Edges}-edges";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(CellSpecification cell)
    {
        CandidateOperation[] derivable = [.. cell.Operations.Where(o => o.IsDerivable)];
        if (derivable.All(o => o.IsZero))
            yield return $"Cell '{cell.Name}' has only zero operations ({string.Join<CandidateOperation>(", ", derivable)}), which " +
                $"{Name} never keeps; add another operation or use edge-argmax.";
    }

    /// <summary>Derives one kind of cell; genes of a node are ordered by strength, strongest first.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations]; only the weights are read, or only
    /// α.</param>
    /// <exception cref="ArgumentException">
    /// The weights have another shape or hold NaN, or the cell has no operation other than zero.
    /// </exception>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var scores = ComparesAlpha
            ? new EdgeScores(cell, snapshot.Alpha, "alpha") : new EdgeScores(cell, snapshot.OperationWeights, "weights");
        if (Faults(cell).FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(cell));
        return new CellGenotype(cell.Topology.Edges.GroupBy(e => e.Target).Select(node => node
            .Select(e => (e.Source, Best: scores.BestOperation(e, o => !o.IsZero)))
            .Where(e => e.Best is not null)
            .OrderByDescending(e => e.Best!.Value.Score)
            .Take(Edges)
            .Select(e => new Gene(e.Best!.Value.Name, e.Source))));
    }
}
