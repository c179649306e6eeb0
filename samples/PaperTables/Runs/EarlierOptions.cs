using System.Globalization;
using System.Text.Json.Nodes;

namespace PaperTables.Runs;

/// <summary>Reads <c>options.json</c> of format version 1, which held sentences, as the data that version 2 holds.</summary>
internal static class EarlierOptions
{
    /// <summary>The options as version 2 has them; those of any other version as they are. What cannot be read stays as it is.</summary>
    public static JsonNode Upgrade(JsonNode options)
    {
        if (options is not JsonObject old || old["formatVersion"]?.ToString() != "1")
            return options;
        JsonObject upgraded = old.DeepClone().AsObject();
        foreach (string part in new[] { "space", "data", "test" })
            Replace(upgraded.At(part), "input", text => List(text.Split('x').Select(Number)));
        foreach (string part in new[] { "data", "test" })
            Replace(upgraded.At(part), "classNames", text => List(text.Split(", ").Select(name => (JsonNode?)name)));
        Replace(upgraded.At("space"), "layers", text => List(text.Split(' ').Select(Layer)));
        foreach (var (name, cell) in upgraded.At("space", "cells") as JsonObject ?? [])
            Cell(cell, old.At("learnable", name)?.ToString());
        foreach (string part in new[] { "scheme", "relaxation", "derivation" })
            Replace(upgraded.At("search"), part, text => new JsonObject { ["name"] = text.Split(':')[0] });
        // Parsed again, so that a number is read as any type.
        return JsonNode.Parse(upgraded.ToJsonString())!;
    }

    private static void Cell(JsonNode? cell, string? learnable)
    {
        Replace(cell, "topology", Topology);
        Replace(cell, "operations", Words);
        if (cell is JsonObject description)
            description["learnable"] = learnable is null ? null : Words(learnable);
    }

    /// <summary>Such as <c>1 inputs, 3 nodes, LastNode</c>; the nodes of a concatenation were not recorded.</summary>
    private static JsonNode? Topology(string text) => text.Split(' ') is [var inputs, "inputs,", var nodes, "nodes,", var output]
        ? new JsonObject { ["inputs"] = Number(inputs), ["nodes"] = Number(nodes), ["output"] = output }
        : text;

    /// <summary>Such as <c>normal:16/1</c> or <c>block:32/2</c>.</summary>
    private static JsonNode? Layer(string text)
    {
        if (text.Split(':', '/') is not [var name, var channels, var stride])
            return text;
        var layer = new JsonObject { ["channels"] = Number(channels), ["stride"] = Number(stride) };
        if (name != "block")
            layer.Insert(0, "cell", name);
        return layer;
    }

    private static void Replace(JsonNode? owner, string name, Func<string, JsonNode?> made)
    {
        if (owner.At(name) is JsonValue value)
            owner![name] = made(value.ToString());
    }

    private static JsonNode Words(string text) => List(text.Split(' ').Select(word => (JsonNode?)word));

    private static JsonNode? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : text;

    private static JsonArray List(IEnumerable<JsonNode?> items) => [.. items];
}
