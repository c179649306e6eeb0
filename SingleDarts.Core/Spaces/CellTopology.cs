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
    /// <exception cref="ArgumentOutOfRangeException">Inputs other than 1 or 2, or no computed node.</exception>
    public CellTopology(int inputs, int computedNodes, CellOutput output)
    {
        if (inputs is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(inputs), inputs, "A cell reads 1 or 2 earlier cells.");
        if (computedNodes < 1)
            throw new ArgumentOutOfRangeException(nameof(computedNodes), computedNodes, "A cell needs at least 1 computed node.");
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

    /// <summary>All edges, ordered by target, then by source.</summary>
    public IReadOnlyList<CellEdge> Edges { get; }

    /// <summary>Channels of the output, as a multiple of a node's channels.</summary>
    public int OutputMultiplier => Output == CellOutput.Concatenation ? ComputedNodes : 1;

    /// <summary>The edges that feed a node, ordered by source.</summary>
    /// <param name="target">A computed node.</param>
    public IEnumerable<CellEdge> EdgesInto(int target) => Edges.Where(e => e.Target == target);

    /// <summary>Equal where inputs, nodes and output are.</summary>
    /// <param name="other">The other topology.</param>
    public bool Equals(CellTopology? other) =>
        other is not null && (Inputs, ComputedNodes, Output) == (other.Inputs, other.ComputedNodes, other.Output);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs, ComputedNodes, Output);
}
