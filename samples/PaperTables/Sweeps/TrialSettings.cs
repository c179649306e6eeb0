using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The settings of a search as the options of a trial, printed whole.</summary>
internal static class TrialSettings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    // They say where a run stands and what is looked up, and decide no number of it.
    private static readonly string[] Circumstances = ["out", "resume", "table"];

    public static Trial Of(SearchSettings settings)
    {
        JsonObject options = JsonSerializer.SerializeToNode(settings, Json)!.AsObject();
        foreach (string name in Circumstances)
            options.Remove(name);
        return new Trial(options);
    }

    /// <exception cref="InvalidDataException">The options are not those of a search.</exception>
    public static SearchSettings Read(Trial trial)
    {
        try
        {
            return trial.Options.Deserialize<SearchSettings>(Json)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The options of trial {trial} are not those of a search: {e.Message} Plan the sweep with this version.", e);
        }
    }
}
