namespace SingleDarts.Core.Spaces;

/// <summary>Architecture parameters of one kind of cell at one moment, as numbers.</summary>
/// <param name="Alpha">α, [edges, operations].</param>
/// <param name="OperationWeights">Operation weights p that the relaxation makes of α, [edges, operations].</param>
public sealed record CellSnapshot(double[,] Alpha, double[,] OperationWeights);
