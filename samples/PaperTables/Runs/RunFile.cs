using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace PaperTables.Runs;

/// <summary>A JSON file of a run folder.</summary>
internal static class RunFile
{
    /// <summary>Reads an object.</summary>
    /// <exception cref="InvalidDataException">The file is missing or is no JSON object; the message ends with the remedy.</exception>
    /// <exception cref="IOException">The file is a symbolic link.</exception>
    public static JsonObject Read(string folder, string name, string remedy)
    {
        string file = new GuardedFolder(folder).PathOf(name);
        try
        {
            return BoundedFile.ReadJson(file) as JsonObject ?? throw new JsonException("It is no object.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"There is no {file}; {remedy}.", e);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is not JSON ({e.Message}); {remedy}.", e);
        }
    }

    /// <summary>A value inside of objects; null if it is missing.</summary>
    public static JsonNode? At(this JsonNode? node, params IEnumerable<string> path) =>
        path.Aggregate(node, (at, name) => (at as JsonObject)?[name]);
}
