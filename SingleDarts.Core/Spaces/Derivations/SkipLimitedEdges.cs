using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The rule of P-DARTS (Chen et al., ICCV 2019): as <see cref="TopEdges"/> with two edges, but normal cells have at most a number of skip
/// connections. While there are more, the weight of the weakest one that is chosen becomes 0, and all edges choose again.
/// </summary>
/// <remarks>
/// <c>chenxin061/pdarts</c> b880e87, <c>train_search.py</c>. Genes are ordered by source and not by strength; of equal edges the later one
/// is kept. The published script prints a genotype for each limit from 8 to 0; its author recommends 2.
/// </remarks>
public sealed record SkipLimitedEdges : CellDerivation
{
    private const string Kind = "normal", Skip = "skip_connect";
    private const int Edges = 2;

    /// <summary>Most skip connections of a normal cell.</summary>
    /// <value>2.</value>
    public int MaximumSkips { get; init; } = 2;

    /// <inheritdoc/>
    public override string Name => $"top-2-edges-{MaximumSkips}-skips";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(CellSpecification cell)
    {
        if (cell.Operations.All(o => o.IsZero || !o.IsDerivable))
            yield return $"Cell '{cell.Name}' has only zero operations ({string.Join(", ", cell.Operations)}), which {Name} never keeps; " +
                "add another operation.";
        if (MaximumSkips < 0)
            yield return $"The rule allows {MaximumSkips} skip connections; expected 0 or more, 2 in P-DARTS.";
    }

    /// <summary>Derives one kind of cell; genes of a node are ordered by source.</summary>
    /// <param name="cell">The kind: its edges and candidates.</param>
    /// <param name="snapshot">Its parameters, [edges, operations]; only the weights are read.</param>
    /// <exception cref="ArgumentException">The weights have another shape or hold NaN, or the cell has no operation but zero.</exception>
    public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(snapshot);
        if (Faults(cell).FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(cell));
        var weights = (double[,])snapshot.OperationWeights.Clone();
        Choice[] chosen = Choose(cell, weights);
        while (cell.Name == Kind && chosen.Count(IsSkip) > MaximumSkips)
        {
            Choice weakest = chosen.Where(IsSkip).MinBy(choice => choice.Score)!;
            // A skip connection without weight is only chosen if the edges have nothing else.
            if (weakest.Score == 0)
                break;
            weights[weakest.Edge.Index, cell.Column(Skip)] = 0;
            chosen = Choose(cell, weights);
        }
        return new CellGenotype(chosen.GroupBy(choice => choice.Edge.Target).OrderBy(node => node.Key)
            .Select(node => node.OrderBy(choice => choice.Edge.Index).Select(choice => new Gene(choice.Operation, choice.Edge.Source))));
    }

    private static Choice[] Choose(CellSpecification cell, double[,] weights)
    {
        var scores = new EdgeScores(cell, weights, "weights");
        return [.. cell.Topology.Edges.GroupBy(edge => edge.Target).SelectMany(node => node
            .Select(edge => (Edge: edge, Best: scores.BestOperation(edge, o => !o.IsZero)))
            .Where(edge => edge.Best is not null)
            .Select(edge => new Choice(edge.Edge, edge.Best!.Value.Name, edge.Best.Value.Score))
            .OrderBy(choice => choice.Score).TakeLast(Edges))];
    }

    private static bool IsSkip(Choice choice) => choice.Operation == Skip;

    private sealed record Choice(CellEdge Edge, string Operation, double Score);
}
