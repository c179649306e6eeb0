using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using PaperTables.Runs;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>Everything in <c>options.json</c>, as a table and as it is.</summary>
internal static class SettingsSection
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static XElement Make(RecordedSearch run) => Section("Settings",
        E("table", E("tbody", Leaves("", run.Options).Select(leaf => E("tr", E("th", leaf.Name), E("td", leaf.Value))))).Class("facts"),
        Folded("options.json", E("pre", run.Recorded.Options.ToJsonString(Indented))));

    private static IEnumerable<(string Name, string Value)> Leaves(string at, JsonNode? node) => node switch
    {
        JsonObject branch => branch.SelectMany(p => Leaves(at.Length == 0 ? p.Key : $"{at}.{p.Key}", p.Value)),
        _ => [(at, PartText.Of(node))],
    };
}
