using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace PaperTables.Runs;

/// <summary>The run folder of a finished training to read.</summary>
internal sealed class RecordedTraining
{
    private const string Remedy = "the folder holds no finished training; finish it with train --resume, or leave it out";
    private readonly JsonNode options;

    /// <exception cref="InvalidDataException">The folder holds no finished training, or a damaged one.</exception>
    public RecordedTraining(string folder)
    {
        options = EarlierOptions.Upgrade(RunFile.Read(folder, "options.json", Remedy));
        JsonObject result = RunFile.Read(folder, "result.json", Remedy);
        InvalidDataException Damaged(string file, string what, Exception? cause = null) => new(
            $"{Path.GetFullPath(Path.Combine(folder, file))} is not that of a trained genotype with its test: {what}; {Remedy}.", cause);
        double Number(JsonNode root, double most, string file, params string[] path) =>
            root.At(path) is JsonValue value && value.TryGetValue(out double number) && number >= 0 && number <= most ? number
                : throw Damaged(file, $"{string.Join('.', path)} is {Quoted.Shorten(root.At(path)?.ToJsonString() ?? "missing")}, " +
                    $"expected a number from 0 to {most}");
        try
        {
            Genotype genotype = Genotype.Parse((string)options.At("network", "genotype")!);
            Cells = DartsGenotypes.All.FirstOrDefault(g => g.Genotype.Equals(genotype))?.Name
                ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentNullException)
        {
            throw Damaged("options.json", $"network.genotype cannot be read ({e.Message.TrimEnd('.')})", e);
        }
        Parameters = Number(options, 1e15, "options.json", "network", "parameters") / 1e6;
        Top1 = 100 * Number(result, 1, "result.json", "test", "top1");
    }

    /// <summary>Name under which the cells were published, or that of the folder.</summary>
    public string Cells { get; }

    /// <summary>Parameters in millions, with the auxiliary classifier.</summary>
    public double Parameters { get; }

    /// <summary>Top-1 accuracy on the test data in percent.</summary>
    public double Top1 { get; }

    public string Network => options.At("network", "space") is { } space
        ? $"{space.At("name")}, {Layers(space).Count()} cells, {Layers(space).FirstOrDefault()?["channels"] ?? "unknown"} channels"
        : options.At("network", "layers")?.ToString() ?? "not recorded";

    public string Data =>
        $"{Text("data", "name")}, {Text("data", "samples")} of " +
        $"{(options.At("data", "input") is JsonArray shape ? string.Join('x', shape) : "unknown shape")}";

    public string Length => $"{Text("training", "epochs")} × {Text("training", "batchSize")}";

    public string Seed => Text("training", "seed");

    private static IEnumerable<JsonNode> Layers(JsonNode space) => (space.At("layers") as JsonArray ?? []).OfType<JsonNode>()
        .Where(layer => layer.At("cell") is not null);

    private string Text(params string[] path) => options.At(path) is { } value ? Quoted.Shorten(value.ToString()) : "not recorded";
}
