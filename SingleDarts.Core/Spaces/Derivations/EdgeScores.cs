using SingleDarts.Core.Operations;

namespace SingleDarts.Core.Spaces;

/// <summary>A checked matrix of scores, [edges, operations], by which derivation rules choose.</summary>
internal sealed class EdgeScores
{
    private readonly CellSpecification cell;
    private readonly double[,] scores;

    public EdgeScores(CellSpecification cell, double[,] scores, string what)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(scores);
        var (edges, operations) = (cell.Topology.Edges.Count, cell.Operations.Count);
        if (scores.GetLength(0) != edges || scores.GetLength(1) != operations)
            throw new ArgumentException(
                $"The {what} of cell '{cell.Name}' have shape [{scores.GetLength(0)}, {scores.GetLength(1)}], expected " +
                $"[{edges}, {operations}] (edges, operations); take them from a supernet of the same space.");
        foreach (var edge in cell.Topology.Edges)
            for (int o = 0; o < operations; o++)
                if (double.IsNaN(scores[edge.Index, o]))
                    throw new ArgumentException(
                        $"The {what} of cell '{cell.Name}' are NaN at edge {edge}, operation '{cell.Operations[o]}'; expected " +
                        "numbers. The search has diverged: lower its learning rates or derive from an earlier checkpoint.");
        this.cell = cell;
        this.scores = scores;
    }

    /// <summary>Names and scores of the operations of an edge that may be derived and that are admitted.</summary>
    public IEnumerable<(string Name, double Score)> Operations(CellEdge edge, Func<CandidateOperation, bool> admits) =>
        cell.Derivable(edge).Where(o => admits(cell.Operations[o])).Select(o => (cell.Operations[o].DerivesAs, scores[edge.Index, o]));

    /// <summary>The first operation of the highest score among those that may be derived and that are admitted; null if there are
    /// none.</summary>
    public (string Name, double Score)? BestOperation(CellEdge edge, Func<CandidateOperation, bool> admits) =>
        Operations(edge, admits).Select(o => ((string Name, double Score)?)o).MaxBy(o => o!.Value.Score);
}
