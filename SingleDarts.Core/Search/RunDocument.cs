using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>The content of <c>options.json</c>: what a run was made of, and whether a resumed search is the same one.</summary>
internal static class RunDocument
{
    public static string Write(SearchSpace space, IBatchSource data, SearchOptions options) => OptionsDocument.Write(() => new JsonObject
    {
        ["device"] = options.Device,
        ["execution"] = options.Execution.ToString(),
        ["allowTF32"] = options.AllowTF32,
        ["checkpointInterval"] = options.CheckpointInterval,
        ["learnable"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(
            cell.Name, string.Join(' ', cell.Operations.Where(o => o.IsLearnable))))),
        ["space"] = Space(space),
        ["data"] = Data(data),
        ["search"] = Search(space, data, options),
        ["allocation"] = SchemeChecks.Fingerprint(SchemeChecks.Allocate(data, options)),
    });

    /// <summary>Refuses to go on with a run that was made of something else.</summary>
    /// <exception cref="InvalidSearchException">The document is damaged, of another version, or differs in space, data or
    /// search.</exception>
    public static void RequireSame(string saved, string current, string path)
    {
        if (OptionsDocument.Faults(saved, current, path, "space", "data", "search", "allocation") is { Count: > 0 } faults)
            throw new InvalidSearchException(faults);
    }

    private static JsonObject Space(SearchSpace space) => new()
    {
        ["name"] = space.Name,
        ["input"] = string.Join('x', space.InputShape),
        ["classes"] = space.Classes,
        ["cells"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Name, Cell(cell)))),
        ["layers"] = string.Join(' ', space.Layout.Layers.Select(layer => layer is CellPlacement cell
            ? $"{cell.Cell.Name}:{cell.Channels}/{cell.Stride}"
            : $"block:{layer.OutChannels}/{layer.Stride}")),
    };

    private static JsonObject Cell(CellSpecification cell)
    {
        var description = new JsonObject
        {
            ["topology"] = $"{cell.Topology.Inputs} inputs, {cell.Topology.ComputedNodes} nodes, {cell.Topology.Output}",
            ["operations"] = string.Join(' ', cell.Operations),
        };
        if (!cell.IsEverythingAllowed)
            description["allowed"] = new JsonObject(cell.Topology.Edges.Select(edge => KeyValuePair.Create<string, JsonNode?>(
                edge.ToString(), string.Join(' ', cell.Allowed(edge).Select(k => cell.Operations[k])))));
        return description;
    }

    private static JsonObject Data(IBatchSource data) => new()
    {
        ["name"] = data.Name,
        ["samples"] = data.Count,
        ["input"] = string.Join('x', data.InputShape),
        ["classes"] = data.Classes,
        [OptionsDocument.ClassNames] = MatchingData.Named(data.ClassNames) is { } names ? string.Join(", ", names) : null,
        [OptionsDocument.Values] = data.ValueScale,
        ["sha256"] = SourceFingerprint.Of(data),
    };

    private static JsonObject Search(SearchSpace space, IBatchSource data, SearchOptions options) => new()
    {
        ["epochs"] = options.Epochs,
        ["batchSize"] = options.BatchSize,
        ["seed"] = options.Seed,
        ["dataType"] = options.DataType.ToString(),
        ["convolutionType"] = (options.ConvolutionType ?? options.DataType).ToString(),
        ["scheme"] = OptionsDocument.Describe(options.Scheme.Name, options.Scheme),
        ["relaxation"] = OptionsDocument.Describe(options.Relaxation.Name, options.Relaxation),
        ["weightOptimizer"] = options.WeightOptimizer.ToString(),
        ["architectureOptimizer"] = options.ArchitectureOptimizer.ToString(),
        ["derivation"] = OptionsDocument.Describe(
            (options.Derivation ?? space.Derivation).Name, options.Derivation ?? space.Derivation),
        ["transform"] = data is DatasetSource
            ? options.Transform?.ToString() ?? "normalisation by the data's statistics" : "by the batch source",
        ["penalties"] = new JsonArray([.. options.Penalties.Select(r => (JsonNode)OptionsDocument.Describe(r.Name, r))]),
        ["stoppingRules"] = new JsonArray([.. options.StoppingRules.Select(r => (JsonNode)OptionsDocument.Describe(r.Name, r))]),
        ["affine"] = options.Affine,
        ["trackRunningStatistics"] = options.TrackRunningStatistics,
    };
}
