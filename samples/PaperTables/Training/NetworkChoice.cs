using System.Globalization;
using System.Text.Json.Nodes;
using PaperTables.Runs;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace PaperTables.Training;

/// <summary>Which cells in which layers.</summary>
internal sealed record NetworkChoice(string Cells, string Network, long? Channels, int? Layers)
{
    private const string Random = "random:", Remedy = "give the run folder of a search that is finished";

    /// <summary>Cells by the name under which they were published, by their text, from the run folder of a search, or drawn at
    /// random.</summary>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    /// <exception cref="FormatException">It is a text with a fault, which the message names.</exception>
    /// <exception cref="InvalidDataException">The search in the folder is not finished.</exception>
    public Genotype Genotype()
    {
        if (Cells.StartsWith(Random, StringComparison.Ordinal))
            return long.TryParse(Cells[Random.Length..], NumberStyles.Integer, CultureInfo.InvariantCulture, out long seed)
                ? (Network == "nasbench201" ? SearchSpaces.NasBench201() : SearchSpaces.Darts()).RandomGenotype(seed)
                : throw new ArgumentException($"'{Cells}' names no random genotype; expected a number, for example random:7.");
        if (Directory.Exists(Cells))
            return FromRun(Cells);
        return Cells.AsSpan().ContainsAny("|([{=") ? SingleDarts.Core.Genotypes.Genotype.Parse(Cells)
            : DartsGenotypes.Named(Cells).Genotype;
    }

    /// <summary>The network, for images of a shape [C, H, W].</summary>
    /// <exception cref="ArgumentException">The genotype has other kinds of cells than the layers.</exception>
    public EvaluationNetwork Create(Genotype genotype, int classes, IReadOnlyList<long> shape, EvaluationNetworkOptions options)
    {
        try
        {
            return Network switch
            {
                "imagenet" => DartsNetworks.ImageNet(genotype, classes, Channels ?? 48, Layers ?? 14, shape[1], options),
                "cifar" => DartsNetworks.Cifar(genotype, classes, Channels ?? 36, Layers ?? 14, shape[1], options),
                _ => new EvaluationNetwork(SearchSpaces.NasBench201(shape, classes, Channels ?? 16, Layers ?? 5), genotype, options),
            };
        }
        catch (KeyNotFoundException e)
        {
            throw new ArgumentException($"{e.Message} The layers of --network {Network} are for other cells.", e);
        }
    }

    private static Genotype FromRun(string folder)
    {
        JsonNode? text = RunFile.Read(folder, "genotype.json", Remedy)["genotype"];
        try
        {
            return SingleDarts.Core.Genotypes.Genotype.Parse(text?.ToString() ?? "");
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{Path.Combine(folder, "genotype.json")} has no genotype: {e.Message} {Remedy}.", e);
        }
    }
}
