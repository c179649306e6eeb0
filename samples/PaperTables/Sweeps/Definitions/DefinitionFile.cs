using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaperTables.Sweeps.Definitions;

/// <summary>Finds definitions: those beside the program by name, any other by the path of its file.</summary>
internal static class DefinitionFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        AllowDuplicateProperties = false };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Definitions");

    /// <summary>The definitions beside the program, without the scales that they share.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Where(name => name != "scales").Order(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such definition.</exception>
    /// <exception cref="InvalidDataException">The file is no definition; the message lists every fault.</exception>
    public static SweepDefinition Load(string nameOrPath)
    {
        string known = Path.Combine(Folder, nameOrPath + ".json");
        string file = nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Path.GetFullPath(nameOrPath) : known;
        if (!File.Exists(file))
            throw new ArgumentException(
                $"There is no definition '{nameOrPath}'; there are {string.Join(", ", Names)}, and any other is named by the path of " +
                "its .json file.");
        JsonObject definition = Read(file);
        if (definition["scales"] is JsonValue scales)
            definition["scales"] = Read(Path.Combine(Path.GetDirectoryName(file)!, scales.ToString()));
        return DefinitionReader.Read(definition, file);
    }

    private static JsonObject Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), null, Lenient) as JsonObject ?? throw new JsonException("It is no object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is not JSON: {e.Message} Correct the file.", e);
        }
    }
}
