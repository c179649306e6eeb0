using System.Text.Json.Serialization;

namespace SingleDarts.Core.Diagnostics;

/// <summary>One measurement of a <see cref="Diagnostic{TRecord}"/>; one line of its file in the run folder.</summary>
public abstract record DiagnosticRecord
{
    /// <summary>Epoch, counted from 1.</summary>
    [JsonPropertyOrder(-3)]
    public required int Epoch { get; init; }

    /// <summary>Step within the epoch, counted from 1; 0 before the first step of a search.</summary>
    [JsonPropertyOrder(-2)]
    public required int Step { get; init; }

    /// <summary>Whether all measured numbers are finite; a search that diverges leaves records that are not.</summary>
    [JsonPropertyOrder(-1)]
    public required bool IsFinite { get; init; }
}
