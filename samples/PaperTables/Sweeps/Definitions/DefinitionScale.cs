using System.Text.Json.Nodes;

namespace PaperTables.Sweeps.Definitions;

/// <summary>How large the searches of a definition are.</summary>
/// <param name="Seeds">Searches of each row.</param>
/// <param name="Search">Options of all searches, before those of the rows.</param>
internal sealed record DefinitionScale(int Seeds, JsonObject Search);
