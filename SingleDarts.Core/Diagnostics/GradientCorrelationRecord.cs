namespace SingleDarts.Core.Diagnostics;

/// <summary>Gradient correlations before one step (Section 5.2.1, Figure 2).</summary>
public sealed record GradientCorrelationRecord : DiagnosticRecord
{
    /// <summary>The chosen nodes, by cell, then by node.</summary>
    public required IReadOnlyList<NodeCorrelation> Nodes { get; init; }
}
