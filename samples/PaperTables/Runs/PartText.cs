using System.Text.Json.Nodes;

namespace PaperTables.Runs;

/// <summary>A value of <c>options.json</c> as a reader sees it.</summary>
internal static class PartText
{
    /// <summary>A part by its name and settings, <c>bi-level (trainPortion 0.5, ...)</c>; a list by its items; anything else as it
    /// is.</summary>
    public static string Of(JsonNode? node) => node switch
    {
        null => "none",
        JsonArray list => list.Count == 0 ? "none" : string.Join(", ", list.Select(Of)),
        JsonObject part => Part(part),
        _ => node.ToString(),
    };

    private static string Part(JsonObject part)
    {
        string[] settings = [.. part.Where(p => p.Key is not ("type" or "name")).Select(p => $"{p.Key} {Of(p.Value)}")];
        string name = (part["name"] ?? part["type"])?.ToString() ?? "";
        return settings.Length == 0 ? name : name.Length == 0 ? string.Join(' ', settings) : $"{name} ({string.Join(", ", settings)})";
    }
}
