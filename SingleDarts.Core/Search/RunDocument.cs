using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Spaces;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>The content of <c>options.json</c>: what a run was made of, and whether a resumed search is the same one.</summary>
internal static class RunDocument
{
    public const int FormatVersion = 1;
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(SearchSpace space, ClassificationDataset data, SearchOptions options)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return new JsonObject
            {
                ["formatVersion"] = FormatVersion,
                ["library"] = Version(typeof(RunDocument).Assembly),
                ["torchSharp"] = Version(typeof(torch).Assembly),
                ["libtorch"] = torch.__version__,
                ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
                ["device"] = options.Device,
                ["threads"] = torch.get_num_threads(),
                ["execution"] = options.Execution.ToString(),
                ["allowTF32"] = options.AllowTF32,
                ["checkpointInterval"] = options.CheckpointInterval,
                ["learnable"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(
                    cell.Name, string.Join(' ', cell.Operations.Where(o => o.IsLearnable))))),
                ["space"] = Space(space),
                ["data"] = Data(data),
                ["search"] = Search(space, options),
            }.ToJsonString(Indented);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>Refuses to go on with a run that was made of something else.</summary>
    /// <exception cref="InvalidSearchException">The document is damaged, of another version, or differs in space, data or search.</exception>
    public static void RequireSame(string saved, string current, string path)
    {
        JsonNode? old;
        try
        {
            old = JsonNode.Parse(saved);
        }
        catch (JsonException e)
        {
            throw new InvalidSearchException([$"{path} is not JSON ({e.Message}); restore it or begin a new run in another folder."]);
        }
        JsonNode? version = (old as JsonObject)?["formatVersion"];
        if (version?.GetValueKind() != JsonValueKind.Number || version.GetValue<double>() != FormatVersion)
            throw new InvalidSearchException([
                $"{path} has format version {version?.ToJsonString() ?? "none"}; this library reads version {FormatVersion}. " +
                "Resume with the library that began the run, or begin a new run in another folder."]);
        JsonNode now = JsonNode.Parse(current)!;
        List<string> differences = [.. new[] { "space", "data", "search" }.SelectMany(part => Differences(part, old![part], now[part]))];
        if (differences.Count > 0)
            throw new InvalidSearchException([.. differences.Select(d => $"The run in {path} differs: {d}.")]);
    }

    private static IEnumerable<string> Differences(string at, JsonNode? old, JsonNode? now)
    {
        if (old is JsonObject a && now is JsonObject b)
            return a.Select(p => p.Key).Union(b.Select(p => p.Key)).SelectMany(key => Differences($"{at}.{key}", a[key], b[key]));
        return JsonNode.DeepEquals(old, now)
            ? []
            : [$"{at} was {old?.ToJsonString(Indented) ?? "absent"} and is {now?.ToJsonString(Indented) ?? "absent"}"];
    }

    private static JsonObject Space(SearchSpace space) => new()
    {
        ["name"] = space.Name,
        ["input"] = string.Join('x', space.InputShape),
        ["classes"] = space.Classes,
        ["cells"] = new JsonObject(space.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Name, new JsonObject
        {
            ["topology"] = $"{cell.Topology.Inputs} inputs, {cell.Topology.ComputedNodes} nodes, {cell.Topology.Output}",
            ["operations"] = string.Join(' ', cell.Operations),
        }))),
        ["layers"] = string.Join(' ', space.Layers.Select(layer => layer is CellPlacement cell
            ? $"{cell.Cell.Name}:{cell.Channels}/{cell.Stride}"
            : $"block:{layer.OutChannels}/{((BlockPlacement)layer).Context.Stride}")),
    };

    private static JsonObject Data(ClassificationDataset data) => new()
    {
        ["name"] = data.Name,
        ["samples"] = data.Count,
        ["input"] = string.Join('x', data.InputShape),
        ["classes"] = data.Classes,
        ["sha256"] = Fingerprint(data),
    };

    private static JsonObject Search(SearchSpace space, SearchOptions options) => new()
    {
        ["epochs"] = options.Epochs,
        ["batchSize"] = options.BatchSize,
        ["seed"] = options.Seed,
        ["dataType"] = options.DataType.ToString(),
        ["convolutionType"] = (options.ConvolutionType ?? options.DataType).ToString(),
        ["scheme"] = Describe(options.Scheme.Name, options.Scheme),
        ["relaxation"] = Describe(options.Relaxation.Name, options.Relaxation),
        ["weightUpdate"] = options.WeightUpdate.ToString(),
        ["architectureUpdate"] = options.ArchitectureUpdate.ToString(),
        ["derivation"] = Describe((options.Derivation ?? space.Derivation).Name, options.Derivation ?? space.Derivation),
        ["transform"] = options.Transform?.ToString() ?? "normalisation by the data's statistics",
        ["regularizers"] = new JsonArray([.. options.Regularizers.Select(r => (JsonNode)Describe(r.Name, r))]),
        ["stoppingRules"] = new JsonArray([.. options.StoppingRules.Select(r => (JsonNode)Describe(r.Name, r))]),
        ["affine"] = options.Affine,
        ["trackRunningStatistics"] = options.TrackRunningStatistics,
    };

    private static string Describe(string name, object part) =>
        part.ToString() is { } text && text != part.GetType().ToString() ? $"{name}: {text}" : name;

    private static string Fingerprint(ClassificationDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const long chunk = 4096;
        foreach (Tensor whole in new[] { data.Inputs, data.Labels })
            for (long start = 0; start < whole.shape[0]; start += chunk)
            {
                using var scope = NewDisposeScope();
                Tensor part = whole[TensorIndex.Slice(start, Math.Min(start + chunk, whole.shape[0]))].cpu().contiguous();
                hash.AppendData(part.bytes);
            }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
