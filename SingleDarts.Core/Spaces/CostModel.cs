using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Parameters and multiply-adds of every genotype of a space. Each part is built and run once for each place that differs; the cost of
/// a genotype is then a sum over its genes, so that a whole space can be counted. Building the model also proves that the parts fit
/// together.
/// </summary>
public sealed class CostModel
{
    private readonly SearchSpace space;
    private readonly PartCosts parts;
    private readonly LayoutCost whole;

    /// <summary>Builds and measures every part of a space once.</summary>
    /// <param name="space">The space.</param>
    /// <exception cref="ArgumentException">
    /// Parts do not fit: an operation gives another shape than its place needs, or the head other than one logit for each class. The
    /// message names the part, the shape found and the shape expected.
    /// </exception>
    public CostModel(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        this.space = space;
        parts = new PartCosts(space.Name);
        using var random = new RunRandom.Draw(0, space.HasForeignFactories);
        whole = new LayoutCost(space.Layout, parts, (cell, edge) => cell.Allowed(edge));
    }

    /// <summary>Cost of the network of a genotype, with affine batch normalisations as it is trained.</summary>
    /// <param name="genotype">A genotype of the space; its cells may have other numbers of nodes and other outputs.</param>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell of the space.</exception>
    /// <exception cref="ArgumentException">
    /// The genotype names an operation that the space does not have or that an edge does not allow, or a source that does not come before.
    /// </exception>
    public ModuleCost Of(Genotype genotype)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        NetworkLayout layout = space.Layout.For(genotype);
        foreach (CellSpecification cell in layout.Cells)
            cell.Validate(genotype[cell.Name], allowRepeatedEdges: true);
        if (layout == space.Layout)
            return whole.Of(genotype);
        using var random = new RunRandom.Draw(0, space.HasForeignFactories);
        return new LayoutCost(layout, parts, (cell, edge) => GenesOn(cell, edge, genotype)).Of(genotype);
    }

    /// <summary>Cost of stem, preprocessing, blocks between stages and head.</summary>
    internal ModuleCost FixedParts => whole.FixedParts;

    /// <summary>Cost of a candidate on an edge, over all copies of the kind of cell.</summary>
    internal ModuleCost Of(CellSpecification cell, CellEdge edge, int operation) => whole.Of(cell, edge, operation);

    /// <summary>The operations that a genotype has on an edge: columns of α.</summary>
    private static IEnumerable<int> GenesOn(CellSpecification cell, CellEdge edge, Genotype genotype)
    {
        IReadOnlyList<Gene> genes = genotype[cell.Name].Nodes[edge.Target - cell.Topology.Inputs];
        return cell.Allowed(edge).Where(k => genes.Contains(new Gene(cell.Operations[k].Name, edge.Source)));
    }
}
