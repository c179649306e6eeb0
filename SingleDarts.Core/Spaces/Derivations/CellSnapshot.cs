namespace SingleDarts.Core.Spaces;

/// <summary>Architecture parameters of one kind of cell at one moment, as numbers.</summary>
/// <param name="Alpha">α, [edges, operations]; numbers without meaning for candidates that an edge does not allow.</param>
/// <param name="OperationWeights">Operation weights p that the relaxation makes of α, [edges, operations]; 0 for those.</param>
public sealed record CellSnapshot(double[,] Alpha, double[,] OperationWeights);
