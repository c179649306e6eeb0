using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The directed acyclic graph of a cell: <see cref="Inputs"/> input nodes, then computed nodes that each read every earlier node
/// (Section 3). Edges are ordered by target, then by source, which is the row order of α in NAS-Bench-201 and in DARTS.
/// </summary>
public sealed record CellTopology
{
    /// <summary>Declares a cell.</summary>
    /// <param name="inputs">Input nodes: 1 (NAS-Bench-201) or 2 (DARTS: the two cells before).</param>
    /// <param name="computedNodes">Computed nodes: 3 (NAS-Bench-201) or 4 (DARTS).</param>
    /// <param name="output">How the output is made.</param>
    /// <param name="outputNodes">
    /// The nodes that a concatenation is made of, in ascending order; all computed ones if <see langword="null"/>. Cells such as
    /// NASNet's leave some out.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Inputs other than 1 or 2, no computed node, or more than
    /// <see cref="ReadLimits.CellNodes"/>.</exception>
    /// <exception cref="ArgumentException">Output nodes are not computed nodes in ascending order.</exception>
    public CellTopology(int inputs, int computedNodes, CellOutput output, IReadOnlyList<int>? outputNodes = null)
    {
        if (inputs is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(inputs), inputs, "A cell reads 1 or 2 earlier cells.");
        if (computedNodes < 1)
            throw new ArgumentOutOfRangeException(nameof(computedNodes), computedNodes, "A cell needs at least 1 computed node.");
        if (computedNodes > ReadLimits.CellNodes.Value - inputs)
            throw new ArgumentOutOfRangeException(nameof(computedNodes), computedNodes, ReadLimits.CellNodes.Excess(
                $"A cell of {computedNodes + (long)inputs} nodes is declared"));
        OutputNodes = output == CellOutput.LastNode
            ? [inputs + computedNodes - 1]
            : [.. outputNodes ?? Enumerable.Range(inputs, computedNodes)];
        bool isAscending = OutputNodes.SequenceEqual(OutputNodes.Distinct().Order());
        if (OutputNodes.Count == 0 || !isAscending || OutputNodes[0] < inputs || OutputNodes[^1] >= inputs + computedNodes)
            throw new ArgumentException(
                $"The output is made of the nodes [{string.Join(", ", OutputNodes)}]; expected some of the computed nodes {inputs} to " +
                $"{inputs + computedNodes - 1}, each once and in ascending order.", nameof(outputNodes));
        Inputs = inputs;
        ComputedNodes = computedNodes;
        Output = output;
        var edges = new List<CellEdge>();
        for (int target = inputs; target < inputs + computedNodes; target++)
            for (int source = 0; source < target; source++)
                edges.Add(new CellEdge(edges.Count, source, target));
        Edges = edges;
    }

    /// <summary>Number of input nodes; they are nodes 0 to <c>Inputs − 1</c>.</summary>
    public int Inputs { get; }

    /// <summary>Number of computed nodes; they are nodes <c>Inputs</c> to <c>Nodes − 1</c>.</summary>
    public int ComputedNodes { get; }

    /// <summary>Number of all nodes.</summary>
    public int Nodes => Inputs + ComputedNodes;

    /// <summary>How the output is made.</summary>
    public CellOutput Output { get; }

    /// <summary>The nodes that the output is made of: the last one, or those that are concatenated.</summary>
    public IReadOnlyList<int> OutputNodes { get; }

    /// <summary>All edges, ordered by target, then by source.</summary>
    public IReadOnlyList<CellEdge> Edges { get; }

    /// <summary>Channels of the output, as a multiple of a node's channels.</summary>
    public int OutputMultiplier => OutputNodes.Count;

    /// <summary>The edges that feed a node, ordered by source.</summary>
    /// <param name="target">A computed node.</param>
    public IEnumerable<CellEdge> EdgesInto(int target) => Edges.Where(e => e.Target == target);

    /// <summary>The edge between two nodes.</summary>
    /// <exception cref="ArgumentException">The target does not read the source.</exception>
    internal CellEdge Edge(int source, int target) =>
        source >= 0 && source < target && target >= Inputs && target < Nodes
            ? Edges[(((target * (target - 1)) - (Inputs * (Inputs - 1))) / 2) + source]
            : throw new ArgumentException($"There is no edge {target}<-{source}; nodes {Inputs} to {Nodes - 1} read every earlier node.");

    /// <summary>Equal if inputs, nodes and output are.</summary>
    /// <param name="other">The other topology.</param>
    public bool Equals(CellTopology? other) =>
        other is not null && (Inputs, ComputedNodes, Output) == (other.Inputs, other.ComputedNodes, other.Output) &&
        OutputNodes.SequenceEqual(other.OutputNodes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs, ComputedNodes, Output);
}
