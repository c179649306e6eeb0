using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Every candidate that a search has not pruned, zero operations excluded: the rule of GOLD-NAS (Bi et al., 2020). A node keeps any number
/// of edges, and an edge any number of operations. α and p are not read.
/// </summary>
/// <remarks>
/// Networks of such genotypes need <c>EvaluationNetworkOptions.AllowRepeatedEdges</c>. A node that would read nothing but nodes without
/// genes has none, either.
/// </remarks>
public sealed record SurvivingOperations : CellDerivation
{
    /// <inheritdoc/>
    public override string Name => "surviving-operations";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(CellSpecification cell) => new TopEdges().Faults(cell);

    /// <summary>Derives one kind of cell; genes of a node are ordered by source, then by operation.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters; not read.</param>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var nodes = new List<IReadOnlyList<Gene>>();
        foreach (var node in cell.Topology.Edges.GroupBy(edge => edge.Target))
        {
            Gene[] genes = [.. node.SelectMany(edge => cell.Derivable(edge).Where(k => !cell.Operations[k].IsZero)
                .Select(k => new Gene(cell.Operations[k].DerivesAs, edge.Source)))];
            int inputs = cell.Topology.Inputs;
            bool getsNothing = genes.All(gene => gene.Source >= inputs && nodes[gene.Source - inputs].Count == 0);
            nodes.Add(getsNothing ? [] : genes);
        }
        return new CellGenotype(nodes);
    }
}
