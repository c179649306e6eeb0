namespace SingleDarts.Core.Diagnostics;

/// <summary>∂L/∂p in one epoch (Figure 3); the mean over the measured steps.</summary>
public sealed record OperationGradientsRecord : DiagnosticRecord
{
    /// <summary>Number of measured steps.</summary>
    public required int Measurements { get; init; }

    /// <summary>∂L/∂p by kind of cell, [edges, operations]: the sum over all copies of the kind, which share p.</summary>
    public required IReadOnlyDictionary<string, double[,]> Total { get; init; }

    /// <summary>The chosen cells by themselves.</summary>
    public required IReadOnlyList<CellGradient> Cells { get; init; }
}
