using System.Text.Json;
using System.Text.Json.Nodes;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Documents that differ from a JSON document in one value, as damage, other programs and strangers make them.</summary>
internal static class JsonMutations
{
    private const string Mark = "\"\\u0001mark\"";

    /// <summary>What may stand in the place of any value, as it is written.</summary>
    private static readonly string[] others =
    [
        "null", "true", "-1", "0.5", "1e300", "1e999", "99999999999999999999", "2147483647", "\"\"", "\"text\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "[]", "[null]", "[[]]", "{}", "{\"a\": null}", new string('[', 100) + new string(']', 100),
    ];

    /// <summary>Some documents, the same for the same seed; what was changed comes with each.</summary>
    /// <param name="document">A JSON document.</param>
    /// <param name="count">How many; all if there are not more.</param>
    /// <param name="seed">Any number.</param>
    public static IReadOnlyList<(string What, string Document)> Of(string document, int count, int seed)
    {
        var all = new List<(string, string)>();
        foreach (string[] path in Paths(JsonNode.Parse(document), []))
        {
            string at = string.Join('.', path), value = At(JsonNode.Parse(document), path)?.ToJsonString() ?? "null";
            all.AddRange(others.Where(other => other != value).Select(other =>
                ($"{at} = {other[..Math.Min(other.Length, 12)]}", Replaced(document, path, other))));
            if (path.Length == 0)
                continue;
            all.Add(($"{at} left out", Without(document, path)));
            string name = JsonSerializer.Serialize(path[^1]);
            if (At(JsonNode.Parse(document), path[..^1]) is JsonObject)
                all.Add(($"{at} twice", Replaced(document, path, $"{value}, {name}: {value}")));
            else
                all.Add(($"{at} once more", Replaced(document, path, $"{value}, {value}")));
        }
        var random = new Random(seed);
        return [.. all.OrderBy(_ => random.Next()).Take(count)];
    }

    private static IEnumerable<string[]> Paths(JsonNode? node, string[] path)
    {
        yield return path;
        IEnumerable<(string Name, JsonNode? Value)> inside = node switch
        {
            JsonObject owner => owner.Select(p => (p.Key, p.Value)),
            JsonArray list => list.Select((item, i) => ($"{i}", item)),
            _ => [],
        };
        foreach (var (name, value) in inside)
            foreach (string[] deeper in Paths(value, [.. path, name]))
                yield return deeper;
    }

    private static JsonNode? At(JsonNode? node, string[] path) => path.Aggregate(
        node, (at, name) => at is JsonArray list ? list[int.Parse(name, null)] : ((JsonObject)at!)[name]);

    private static string Replaced(string document, string[] path, string raw)
    {
        if (path.Length == 0)
            return raw;
        JsonNode root = JsonNode.Parse(document)!;
        if (At(root, path[..^1]) is JsonArray list)
            list[int.Parse(path[^1], null)] = JsonNode.Parse(Mark);
        else
            ((JsonObject)At(root, path[..^1])!)[path[^1]] = JsonNode.Parse(Mark);
        return root.ToJsonString().Replace(Mark, raw, StringComparison.Ordinal);
    }

    private static string Without(string document, string[] path)
    {
        JsonNode root = JsonNode.Parse(document)!;
        if (At(root, path[..^1]) is JsonArray list)
            list.RemoveAt(int.Parse(path[^1], null));
        else
            ((JsonObject)At(root, path[..^1])!).Remove(path[^1]);
        return root.ToJsonString();
    }
}
