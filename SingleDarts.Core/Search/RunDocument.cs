using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>The content of <c>options.json</c>: what a run was made of, and whether a resumed search is the same one.</summary>
internal static class RunDocument
{
    /// <summary>What a resume must find unchanged.</summary>
    public static string[] Compared => ["space", "data", "search", "allocation"];

    public static string Write(SearchSpace space, ClassificationDataset data, SearchOptions options) => OptionsDocument.Write(() => new JsonObject
    {
        ["device"] = options.Device,
        ["execution"] = options.Execution.ToString(),
        ["allowTF32"] = options.AllowTF32,
        ["checkpointInterval"] = options.CheckpointInterval,
        ["learnable"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(
            cell.Name, string.Join(' ', cell.Operations.Where(o => o.IsLearnable))))),
        ["space"] = Space(space),
        ["data"] = Data(data),
        ["search"] = Search(space, options),
        ["allocation"] = SchemeChecks.Fingerprint(SchemeChecks.Allocate(data, options)),
    });

    /// <summary>The content of <c>genotype.json</c>.</summary>
    public static string Genotype(SearchResult result) => new JsonObject
    {
        ["genotype"] = result.Genotype.ToString(),
        ["parameters"] = result.Cost.Parameters,
        ["flops"] = result.Cost.Flops,
        ["epochs"] = result.Epochs.Count,
        ["stopReason"] = result.StopReason,
    }.ToJsonString(RunJson.Indented);

    private static JsonObject Space(SearchSpace space) => new()
    {
        ["name"] = space.Name,
        ["input"] = string.Join('x', space.InputShape),
        ["classes"] = space.Classes,
        ["cells"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Name, Cell(cell)))),
        ["layers"] = string.Join(' ', space.Layers.Select(layer => layer is CellPlacement cell
            ? $"{cell.Cell.Name}:{cell.Channels}/{cell.Stride}"
            : $"block:{layer.OutChannels}/{((BlockPlacement)layer).Context.Stride}")),
    };

    private static JsonObject Cell(CellSpecification cell)
    {
        var description = new JsonObject
        {
            ["topology"] = $"{cell.Topology.Inputs} inputs, {cell.Topology.ComputedNodes} nodes, {cell.Topology.Output}",
            ["operations"] = string.Join(' ', cell.Operations),
        };
        if (cell.IsRestricted)
            description["allowed"] = new JsonObject(cell.Topology.Edges.Select(edge => KeyValuePair.Create<string, JsonNode?>(
                edge.ToString(), string.Join(' ', cell.Allowed(edge).Select(k => cell.Operations[k])))));
        return description;
    }

    private static JsonObject Data(ClassificationDataset data) => new()
    {
        ["name"] = data.Name,
        ["samples"] = data.Count,
        ["input"] = string.Join('x', data.InputShape),
        ["classes"] = data.Classes,
        [OptionsDocument.ClassNames] = MatchingData.Named(data.ClassNames) is { } names ? string.Join(", ", names) : null,
        ["sha256"] = Fingerprint(data),
    };

    private static JsonObject Search(SearchSpace space, SearchOptions options) => new()
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
        ["transform"] = options.Transform?.ToString() ?? "normalisation by the data's statistics",
        ["penalties"] = new JsonArray([.. options.Penalties.Select(r => (JsonNode)OptionsDocument.Describe(r.Name, r))]),
        ["stoppingRules"] = new JsonArray([.. options.StoppingRules.Select(r => (JsonNode)OptionsDocument.Describe(r.Name, r))]),
        ["affine"] = options.Affine,
        ["trackRunningStatistics"] = options.TrackRunningStatistics,
    };

    private static string Fingerprint(ClassificationDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const long chunk = 4096;
        foreach (Tensor whole in new[] { data.Inputs, data.Labels })
            for (long start = 0; start < whole.shape[0]; start += chunk)
            {
                using var scope = NewDisposeScope();
                Tensor part = whole[TensorIndex.Slice(start, Math.Min(start + chunk, whole.shape[0]))].cpu().contiguous();
                hash.AppendData(Host.Bytes(part));
            }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
