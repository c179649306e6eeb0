using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>The costs of a space in one unit: a constant, and a number for each operation on each edge of each kind of cell, summed over
/// the copies of the kind. Made by a <see cref="CostMetric"/>.</summary>
public sealed class OperationCosts
{
    private readonly IReadOnlyDictionary<string, double[,]> operations;
    private readonly Func<Genotype, double> ofGenotype;

    internal OperationCosts(
        string unit, double ofFixedParts, IReadOnlyDictionary<string, double[,]> operations, Func<Genotype, double> ofGenotype)
    {
        Unit = unit;
        FixedParts = ofFixedParts;
        this.operations = operations;
        this.ofGenotype = ofGenotype;
    }

    /// <summary>The unit, for example <c>multiply-adds</c>.</summary>
    public string Unit { get; }

    /// <summary>The cost of what is not searched: stem, preprocessing, blocks between stages, head.</summary>
    public double FixedParts { get; }

    /// <summary>The cost of every candidate, [edges, operations] as α, over all copies of a kind of cell; 0 for candidates that an edge
    /// does not allow.</summary>
    /// <param name="cell">Name of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public double[,] Of(string cell) => operations.TryGetValue(cell, out double[,]? costs) ? (double[,])costs.Clone()
        : throw new ArgumentException(
            $"There is no kind of cell '{cell}'; the space has {string.Join(", ", operations.Keys)}.", nameof(cell));

    /// <summary>The cost of the network of a genotype; 0 if a cell has no genes, so that there is no network.</summary>
    /// <param name="genotype">A genotype of the space.</param>
    /// <exception cref="ArgumentException">The genotype is of another space.</exception>
    public double Of(Genotype genotype) =>
        Given.NotNull(genotype).Cells.Values.Any(cell => cell.IsEmpty) ? 0 : ofGenotype(genotype);

    /// <summary>The expected cost of a network whose candidates have the given operation weights: <see cref="FixedParts"/> + Σ p c over
    /// all cells, edges and candidates.</summary>
    /// <param name="snapshot">Parameters of every kind of cell.</param>
    public double Expected(IReadOnlyDictionary<string, CellSnapshot> snapshot) => FixedParts + operations.Sum(cell =>
        Given.NotNull(snapshot)[cell.Key].OperationWeights.Cast<double>().Zip(cell.Value.Cast<double>(), (p, cost) => p * cost).Sum());

    /// <summary>The cost of the network that has every candidate with p = 1.</summary>
    internal double All => FixedParts + operations.Values.Sum(costs => costs.Cast<double>().Sum());

    /// <summary>A number for every candidate that an edge allows, [edges, operations].</summary>
    internal static double[,] Table(CellSpecification cell, Func<CellEdge, int, double> number)
    {
        var table = new double[cell.Topology.Edges.Count, cell.Operations.Count];
        foreach (CellEdge edge in cell.Topology.Edges)
            foreach (int k in cell.Allowed(edge))
                table[edge.Index, k] = number(edge, k);
        return table;
    }
}
