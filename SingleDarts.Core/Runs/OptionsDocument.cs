using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;
using TorchSharp;

namespace SingleDarts.Core.Runs;

/// <summary>The frame of <c>options.json</c>: format and versions before what the run is made of, and how two of them differ.</summary>
internal static class OptionsDocument
{
    /// <summary>A property that is compared only if both documents have it: data may have no names.</summary>
    public const string ClassNames = "classNames";

    /// <summary>What the values of a batch are; compared only if both documents have it, because a source need not know.</summary>
    public const string Values = "values";

    private const int FormatVersion = 2;

    /// <summary>A document of many lines.</summary>
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document.</summary>
    /// <param name="content">Made under the invariant culture, so that the names and texts of parts are the same everywhere.</param>
    public static string Write(Func<JsonObject> content)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            JsonObject document = content();
            foreach (var (name, value) in Frame().Reverse())
                document.Insert(0, name, value);
            return document.ToJsonString(Indented);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>Error messages for every difference between a saved run and the one that resumes it; empty if there is none.</summary>
    /// <param name="saved">The document of the run.</param>
    /// <param name="current">The document of the run that resumes it.</param>
    /// <param name="path">Where the first was read.</param>
    /// <param name="parts">Properties that must be equal.</param>
    public static IReadOnlyList<string> Faults(string saved, string current, string path, params string[] parts)
    {
        JsonNode? old;
        try
        {
            old = BoundedFile.ParseJson(saved);
        }
        catch (JsonException e)
        {
            return [$"{path} is not JSON ({e.Message}); restore it or begin a new run in another folder."];
        }
        JsonNode? version = (old as JsonObject)?["formatVersion"];
        if (version?.GetValueKind() != JsonValueKind.Number || version.GetValue<double>() != FormatVersion)
            return [$"{path} has format version {Show(version, "none")}; this library reads version {FormatVersion}. " +
                "Resume with the library that began the run, or begin a new run in another folder."];
        JsonNode now = JsonNode.Parse(current)!;
        return [.. parts.SelectMany(part => Differences(part, old![part], now[part])).Select(d => $"The run in {path} differs: {d}.")];
    }

    private static IEnumerable<(string, JsonNode?)> Frame() =>
    [
        ("formatVersion", FormatVersion),
        ("library", Version(typeof(OptionsDocument).Assembly)),
        ("torchSharp", Version(typeof(torch).Assembly)),
        ("libtorch", TorchRuntime.LibTorchVersion),
        ("runtime", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription),
        ("threads", torch.get_num_threads()),
    ];

    private static IEnumerable<string> Differences(string at, JsonNode? old, JsonNode? now)
    {
        if (old is JsonObject a && now is JsonObject b)
            return a.Select(p => p.Key).Union(b.Select(p => p.Key))
                .Where(key => key is not (ClassNames or Values) || (a[key] is not null && b[key] is not null))
                .SelectMany(key => Differences($"{at}.{key}", a[key], b[key]));
        if (old is JsonArray c && now is JsonArray d && c.Count == d.Count && c.Concat(d).All(item => item is JsonObject))
            return c.Zip(d).SelectMany((pair, i) => Differences($"{at}[{i}]", pair.First, pair.Second));
        return JsonNode.DeepEquals(old, now)
            ? []
            : [$"{at} was {Show(old, "absent")} and is {Show(now, "absent")}"];
    }

    private static string Show(JsonNode? value, string absent) => value is null ? absent : Quoted.Shorten(value.ToJsonString(RunJson.Line));

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
