using System.Text;
using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A discrete cell as a picture: nodes from left to right, an edge for each gene with the operation's name. Operations that are not
/// learnable, towards which a search collapses (Section 3), have another colour and are dashed.
/// </summary>
public sealed class CellDrawing
{
    internal const string Learnable = "#0072B2", NonLearnable = "#D55E00", Plain = "#767676";

    /// <summary>Draws a cell of a space.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="kind">The kind of cell that it is.</param>
    /// <exception cref="ArgumentException">The cell is not of that kind; the message lists every fault.</exception>
    public CellDrawing(CellGenotype cell, CellSpecification kind)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(kind);
        kind.Validate(cell, allowRepeatedEdges: true);
        Cell = cell;
        Kind = kind;
    }

    /// <summary>The cell.</summary>
    public CellGenotype Cell { get; }

    /// <summary>The kind of cell that it is.</summary>
    public CellSpecification Kind { get; }

    /// <summary>Draws every kind of cell of an architecture.</summary>
    /// <param name="genotype">The architecture.</param>
    /// <param name="space">Its space.</param>
    /// <returns>The drawings by the name of the kind, in the order of the space.</returns>
    /// <exception cref="ArgumentException">A cell is not of its kind; the message lists every fault.</exception>
    /// <exception cref="KeyNotFoundException">The genotype lacks a kind of cell of the space.</exception>
    public static IReadOnlyDictionary<string, CellDrawing> From(Genotype genotype, SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(genotype);
        ArgumentNullException.ThrowIfNull(space);
        return space.Layout.For(genotype).Cells.ToDictionary(kind => kind.Name, kind => new CellDrawing(genotype[kind.Name], kind));
    }

    /// <summary>The cell in the language of Graphviz; <c>dot -Tsvg</c> lays it out.</summary>
    public string ToDot()
    {
        var text = new StringBuilder();
        string name = Kind.Name.Replace("\\", "\\\\").Replace("\"", "\\\"");
        text.Append($"digraph \"{name}\" {{\n  rankdir=LR;\n  node [shape=circle, fontname=\"sans-serif\"];\n");
        text.Append("  edge [fontname=\"sans-serif\", fontsize=10];\n");
        for (int node = 0; node < Kind.Topology.Nodes; node++)
            text.Append($"  {node} [label=\"{Label(node)}\"];\n");
        foreach (var (gene, target) in Edges)
        {
            bool learnable = IsLearnable(gene);
            text.Append($"  {gene.Source} -> {target} [label=\"{gene.Operation}\", color=\"{(learnable ? Learnable : NonLearnable)}\", ");
            text.Append($"fontcolor=\"{(learnable ? Learnable : NonLearnable)}\", style={(learnable ? "solid" : "dashed")}];\n");
        }
        if (HasOutputNode)
        {
            text.Append($"  {OutputNode} [label=\"{Label(OutputNode)}\"];\n");
            foreach (int node in OutputSources)
                text.Append($"  {node} -> {OutputNode} [color=\"{Plain}\"];\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>
    /// The cell as a scalable picture with a layout of its own: an <c>svg</c> element without XML declaration, to be written to a file or
    /// into a page.
    /// </summary>
    public string ToSvg() => CellLayout.Draw(this).ToString();

    internal IEnumerable<(Gene Gene, int Target)> Edges =>
        Cell.Nodes.SelectMany((genes, i) => genes.Select(gene => (gene, Kind.Topology.Inputs + i)));

    internal IEnumerable<int> OutputSources => Kind.Topology.OutputNodes;

    internal bool HasOutputNode => Kind.Topology.Output == CellOutput.Concatenation;

    internal int OutputNode => Kind.Topology.Nodes;

    internal bool IsLearnable(Gene gene) => Kind.Operation(gene.Operation).IsLearnable;

    internal string Label(int node) => node == OutputNode ? "out" : $"{node}";
}
