namespace SingleDarts.Core.Diagnostics;

/// <summary>How near one kind of cell is to collapse.</summary>
/// <param name="NonLearnableShare">Share of the genotype's operations that are not learnable, 0 to 1.</param>
/// <param name="NonLearnableMass">Share of the sum of p that is with operations that are not learnable, 0 to 1.</param>
/// <param name="Edges">Every edge, in the row order of α.</param>
public sealed record CellIndicators(double NonLearnableShare, double NonLearnableMass, IReadOnlyList<EdgeIndicators> Edges);
