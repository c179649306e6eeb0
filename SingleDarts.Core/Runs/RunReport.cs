using System.Text.Json.Serialization;

namespace SingleDarts.Core.Runs;

/// <summary>What one epoch of a run gave; one line of <c>epochs.jsonl</c>.</summary>
public abstract record RunReport
{
    private protected RunReport()
    {
    }

    /// <summary>Number of the epoch, counted from 1.</summary>
    [JsonPropertyOrder(-2)]
    public required int Epoch { get; init; }

    /// <summary>Number of epochs of the run; of a search with stages, to the end of the present stage.</summary>
    [JsonPropertyOrder(-1)]
    public required int Epochs { get; init; }

    /// <summary>Wall-clock seconds of the epoch's steps, of which <see cref="DataSeconds"/> went into batches.</summary>
    [JsonPropertyOrder(1)]
    public required double Seconds { get; init; }

    /// <summary>Seconds that went into making batches or waiting for them.</summary>
    [JsonPropertyOrder(2)]
    public required double DataSeconds { get; init; }
}
