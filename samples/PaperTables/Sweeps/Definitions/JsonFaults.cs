using System.Text.Json.Nodes;
using System.Text.Json;
using SingleDarts.Core.Runtime;

namespace PaperTables.Sweeps.Definitions;

/// <summary>Reads JSON and collects what is wrong with it: where, what was found, what was expected.</summary>
internal sealed class JsonFaults
{
    private readonly List<string> all = [];

    /// <summary>Every fault once.</summary>
    public IReadOnlyList<string> All => [.. all.Distinct()];

    /// <summary>A text; a fault if it is missing without a default or something else.</summary>
    public string Text(JsonObject owner, string property, string where, string? byDefault = null)
    {
        if (owner[property] is JsonValue value && value.TryGetValue(out string? text))
            return text;
        if (byDefault is null || owner[property] is not null)
            Fault(where, property, owner[property], "text");
        return byDefault ?? "";
    }

    /// <summary>A list of texts; empty if it is missing.</summary>
    public IReadOnlyList<string> Texts(JsonObject owner, string property, string where)
    {
        IReadOnlyList<JsonNode?> items = List(owner, property, where);
        foreach (JsonNode? item in items.Where(item => item?.GetValueKind() != JsonValueKind.String))
            Fault(where, property, item, "text");
        return [.. items.Select(item => item?.ToString() ?? "")];
    }

    /// <summary>A list; empty if it is missing.</summary>
    public IReadOnlyList<JsonNode?> List(JsonObject owner, string property, string where)
    {
        if (owner[property] is { } value && value is not JsonArray)
            Fault(where, property, value, "a list");
        return owner[property] is JsonArray list ? [.. list] : [];
    }

    /// <summary>An object; empty if it is missing.</summary>
    public JsonObject Object(JsonObject owner, string property, string where)
    {
        if (owner[property] is { } value && value is not JsonObject)
            Fault(where, property, value, "an object");
        return owner[property] as JsonObject ?? [];
    }

    /// <summary>Finds properties that mean nothing.</summary>
    public void RequireKnown(JsonObject json, string where, params string[] known)
    {
        foreach (var (name, _) in json.Where(p => !known.Contains(p.Key)))
            all.Add($"{where}: there is no property {Quoted.Of(name)}, expected {string.Join(", ", known)}.");
    }

    /// <summary>Takes the message of what is rejected for a fault.</summary>
    public void Check(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException e)
        {
            all.Add(e.Message);
        }
    }

    public void Add(string fault) => all.Add(fault);

    public void Fault(string where, string property, JsonNode? found, string expected) =>
        all.Add($"{where}: '{property}' is {Quoted.Shorten(found?.ToJsonString() ?? "missing")}, expected {expected}.");
}
