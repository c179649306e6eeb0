namespace SingleDarts.Core.Diagnostics;

/// <summary>Operation weights at one moment (Figure A-1).</summary>
public sealed record OperationProbabilitiesRecord : DiagnosticRecord
{
    /// <summary>p by kind of cell, [edges, operations], within 0 to 1; one sample where the relaxation samples.</summary>
    public required IReadOnlyDictionary<string, double[,]> OperationWeights { get; init; }
}
