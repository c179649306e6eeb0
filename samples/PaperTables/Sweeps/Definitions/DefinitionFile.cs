using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace PaperTables.Sweeps.Definitions;

/// <summary>Finds definitions: those beside the program by name, any other by the path of its file.</summary>
internal static class DefinitionFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

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
            definition["scales"] = Read(Path.Combine(Path.GetDirectoryName(file)!, FileName(scales.ToString(), file)));
        return DefinitionReader.Read(definition, file);
    }

    /// <summary>A definition may come from others, so it names files beside it and no paths.</summary>
    private static string FileName(string name, string file) =>
        name.Length > 0 && name.AsSpan().IndexOfAny('/', '\\', ':') < 0 && !name.Any(char.IsControl) && name is not ("." or "..") ? name
            : throw new InvalidDataException($"{file}: 'scales' is {Quoted.Of(name)}, expected an object or the name of a file beside it.");

    private static JsonObject Read(string file)
    {
        try
        {
            return BoundedFile.ReadJson(file, Lenient) as JsonObject ?? throw new JsonException("It is no object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is not JSON: {e.Message} Correct the file.", e);
        }
    }
}
