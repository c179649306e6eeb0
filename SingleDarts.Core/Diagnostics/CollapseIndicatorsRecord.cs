namespace SingleDarts.Core.Diagnostics;

/// <summary>How near a search is to collapse after one epoch (Sections 3 and 4).</summary>
public sealed record CollapseIndicatorsRecord : DiagnosticRecord
{
    /// <summary>By kind of cell.</summary>
    public required IReadOnlyDictionary<string, CellIndicators> Cells { get; init; }
}
