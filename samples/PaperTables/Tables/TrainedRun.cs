using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;

namespace PaperTables.Tables;

/// <summary>What a finished training of <c>evaluate</c> says about itself.</summary>
internal sealed record TrainedRun(string Cells, string Network, string Data, string Length, double Parameters, double Top1, string Seed)
{
    /// <exception cref="InvalidDataException">The folder holds no finished training, or a damaged one.</exception>
    public static TrainedRun Read(string folder)
    {
        try
        {
            JsonNode options = Parse(folder, "options.json"), result = Parse(folder, "result.json");
            Genotype genotype = Genotype.Parse((string)options["network"]!["genotype"]!);
            return new TrainedRun(
                DartsGenotypes.All.FirstOrDefault(g => g.Genotype.Equals(genotype))?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
                (string)options["network"]!["layers"]!,
                $"{options["data"]!["name"]}, {options["data"]!["samples"]} of {options["data"]!["input"]}",
                $"{options["training"]!["epochs"]} × {options["training"]!["batchSize"]}",
                (double)options["network"]!["parameters"]! / 1e6,
                100 * (double)result["test"]!["top1"]!,
                string.Create(CultureInfo.InvariantCulture, $"{options["training"]!["seed"]}"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or FormatException or InvalidOperationException or ArgumentNullException or NullReferenceException)
        {
            throw new InvalidDataException($"{Path.GetFullPath(folder)} holds no finished training of evaluate ({e.Message}); finish it with --resume, or leave it out.", e);
        }
    }

    private static JsonNode Parse(string folder, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!;
}
