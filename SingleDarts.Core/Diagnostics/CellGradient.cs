namespace SingleDarts.Core.Diagnostics;

/// <summary>∂L/∂p of one searched cell.</summary>
/// <param name="Cell">Number of the cell in the network, counted from 1.</param>
/// <param name="Kind">Name of its kind.</param>
/// <param name="Gradient">∂L/∂p through this cell alone, [edges, operations].</param>
public sealed record CellGradient(int Cell, string Kind, double[,] Gradient);
