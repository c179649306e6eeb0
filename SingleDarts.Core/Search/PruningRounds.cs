using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>What a <see cref="SharePruning"/> prunes after an epoch.</summary>
internal sealed class PruningRounds
{
    private readonly SharePruning rule;
    private readonly IReadOnlyDictionary<string, CellSnapshot> architecture;

    /// <summary>Prunes.</summary>
    /// <param name="rule">Shares and rounds.</param>
    /// <param name="space">The present space.</param>
    /// <param name="architecture">α of every kind of cell.</param>
    public PruningRounds(SharePruning rule, SearchSpace space, IReadOnlyDictionary<string, CellSnapshot> architecture)
    {
        this.rule = rule;
        this.architecture = architecture;
        Left = space;
        for (int round = 0; round < rule.Rounds; round++)
            Prune();
    }

    /// <summary>The space that is left.</summary>
    public SearchSpace Left { get; private set; }

    private void Prune()
    {
        (CellSpecification Cell, int Edge, int Column, double Share)? weakest = null;
        foreach (CellSpecification cell in Left.Cells)
            foreach (var node in cell.Topology.Edges.GroupBy(edge => edge.Target))
            {
                (int Edge, int Column, double Weight)[] candidates = [.. node.SelectMany(edge => cell.Allowed(edge)
                    .Select(k => (edge.Index, k, Sigmoid(architecture[cell.Name].Alpha[edge.Index, k]))))];
                double sum = candidates.Sum(candidate => candidate.Weight);
                foreach (var (edge, k, weight) in candidates)
                {
                    double share = weight / sum;
                    if (share <= rule.LeastShare)
                    {
                        Left = Left.Without(cell.Name, edge, cell.Operations[k].Name);
                        sum -= weight;
                    }
                    else if (weakest is null || share < weakest.Value.Share)
                    {
                        weakest = (cell, edge, k, share);
                    }
                }
            }
        if (weakest is { } last && last.Share <= rule.LargestShare)
            Left = Left.Without(last.Cell.Name, last.Edge, last.Cell.Operations[last.Column].Name);
    }

    private static double Sigmoid(double alpha) => 1 / (1 + Math.Exp(-alpha));
}
