using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Sweeps;

/// <summary>JSON in one spelling: properties in ordinal order, no white space, numbers as they were written.</summary>
internal static class CanonicalJson
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    public static string Of(JsonNode node) => Sorted(node)!.ToJsonString(Compact);

    public static string ForReaders(JsonNode node) => node.ToJsonString(Indented) + "\n";

    /// <exception cref="JsonException">The text is no JSON object, or names a property twice.</exception>
    public static JsonObject Parse(string text) =>
        BoundedFile.ParseJson(text) as JsonObject ?? throw new JsonException("It is no JSON object.");

    /// <exception cref="JsonException">The file is no JSON object, or names a property twice.</exception>
    /// <exception cref="InvalidDataException">It is no file, or longer than <see cref="ReadLimits.JsonBytes"/>.</exception>
    public static JsonObject Read(string file) =>
        BoundedFile.ReadJson(file) as JsonObject ?? throw new JsonException("It is no JSON object.");

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
