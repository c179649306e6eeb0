using System.Text.Json.Nodes;

namespace PaperTables.Sweeps.Definitions;

/// <summary>What a plan says besides its definitions.</summary>
internal sealed record PlanChoices
{
    /// <summary>Name of the scale.</summary>
    public required string Scale { get; init; }

    /// <summary>Searches of each row; those of the scale if null.</summary>
    public int? Seeds { get; init; }

    /// <summary>Whether epochs that a definition or the command line names are for methods of 50 epochs, and others have their
    /// share.</summary>
    public bool PublishedRatio { get; init; }

    /// <summary>Options of the searches that the command line names.</summary>
    public JsonObject Given { get; init; } = [];

    /// <summary>Names of the variants that are taken.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>What the rates of a definition are multiplied by.</summary>
    public double RateFactor { get; init; } = 1;
}
