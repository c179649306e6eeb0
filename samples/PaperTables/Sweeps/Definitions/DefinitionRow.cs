using System.Text.Json.Nodes;
using SingleDarts.Core.Spaces;

namespace PaperTables.Sweeps.Definitions;

/// <summary>A row of a definition.</summary>
internal sealed record DefinitionRow
{
    /// <summary>As printed, unique within its method.</summary>
    public required string Label { get; init; }

    /// <summary>What several rows are about; null if the table is not ordered by methods.</summary>
    public string? Method { get; init; }

    /// <summary>Method and label, unique within the definition.</summary>
    public string Name => Method is null ? Label : $"{Method}, {Label}";

    /// <summary>Options of its searches; null for a row that is only printed.</summary>
    public JsonObject? Search { get; init; }

    /// <summary>Options by the name of the variant that changes them.</summary>
    public required IReadOnlyDictionary<string, JsonObject> Variants { get; init; }

    /// <summary>The paper's numbers.</summary>
    public required IReadOnlyDictionary<NasBench201Metric, PublishedValue> Published { get; init; }

    /// <summary>What is wrong or odd in print.</summary>
    public string? Note { get; init; }
}
