using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Keeps every edge with the operation of the largest α, zero operations included; the first of equals wins. This is the rule of
/// NAS-Bench-201 (Dong and Yang, ICLR 2020) for DARTS; softmax and sigmoid change nothing, since they keep the order of an edge's α.
/// </summary>
public sealed record EdgeArgmax : CellDerivation
{
    /// <inheritdoc/>
    public override string Name => "edge-argmax";

    /// <summary>Derives one kind of cell; genes of a node are ordered by source.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations]; only α is read.</param>
    /// <exception cref="ArgumentException">α has another shape, or holds NaN.</exception>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var alpha = new EdgeScores(cell, snapshot.Alpha, "alpha");
        return new CellGenotype(cell.Topology.Edges.GroupBy(e => e.Target)
            .Select(node => node.Select(e => (e.Source, Best: alpha.BestOperation(e, _ => true)))
                .Where(e => e.Best is not null).Select(e => new Gene(e.Best!.Value.Name, e.Source))));
    }
}
