using System.Text.Json.Nodes;
using System.Text.Json;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace PaperTables.Runs;

/// <summary>The kinds of cells that <c>options.json</c> describes.</summary>
internal static class RecordedCells
{
    private const int MostKinds = 64, MostOperations = 256;

    /// <param name="options">Content of the file.</param>
    /// <param name="damaged">Makes the exception of a fault.</param>
    public static CellSpecification[] Read(JsonNode options, Func<string, Exception> damaged)
    {
        if (options.At("space", "cells") is not JsonObject { Count: > 0 } cells)
            throw damaged("it does not say which cells were searched (space.cells)");
        if (cells.Count > MostKinds)
            throw damaged($"space.cells has {cells.Count} kinds of cells, expected at most {MostKinds}");
        try
        {
            return [.. cells.Select(cell => Cell(cell.Key, cell.Value))];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or JsonException)
        {
            throw damaged($"space.cells cannot be read ({e.Message})");
        }
    }

    private static CellSpecification Cell(string name, JsonNode? cell)
    {
        string[] operations = [.. Names(cell, name, "operations")];
        if (operations.Length > MostOperations)
            throw new FormatException($"operations of '{name}' are {operations.Length}, expected at most {MostOperations}");
        string[] learnable = cell.At("learnable") is null ? operations : [.. Names(cell, name, "learnable")];
        return new CellSpecification(name, Topology(name, cell.At("topology")), [.. operations.Select(operation => new CandidateOperation(
            operation, _ => throw new NotSupportedException("An operation of a recorded run cannot be built."),
            learnable.Contains(operation)))]);
    }

    private static CellTopology Topology(string name, JsonNode? topology)
    {
        if (topology.At("inputs") is not { } inputs || topology.At("nodes") is not { } nodes || topology.At("output") is not { } output)
            throw new FormatException(
                $"topology of {Quoted.Of(name)} is {Quoted.Shorten(topology?.ToJsonString() ?? "absent")}, expected inputs, nodes and " +
                "output");
        return output is JsonArray concatenated
            ? new CellTopology(inputs.GetValue<int>(), nodes.GetValue<int>(), CellOutput.Concatenation,
                [.. concatenated.Select(node => node!.GetValue<int>())])
            : new CellTopology(inputs.GetValue<int>(), nodes.GetValue<int>(), Enum.Parse<CellOutput>(output.ToString()));
    }

    private static IEnumerable<string> Names(JsonNode? cell, string name, string part) => cell.At(part) is JsonArray names
        ? names.Select(item => item?.ToString() ?? "")
        : throw new FormatException(
            $"{part} of {Quoted.Of(name)} is {Quoted.Shorten(cell.At(part)?.ToJsonString() ?? "absent")}, expected a list of names");
}
