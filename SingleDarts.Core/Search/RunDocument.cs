using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>The content of <c>options.json</c>: what a run was made of, and whether a resumed search is the same one.</summary>
internal static class RunDocument
{
    /// <summary>What a resume must find unchanged.</summary>
    public static string[] Compared => ["space", "data", "search", "allocation"];

    public static string Write(SearchSpace space, IBatchSource data, SearchOptions options) => OptionsDocument.Write(() => new JsonObject
    {
        ["device"] = options.Device,
        ["execution"] = options.Execution.ToString(),
        ["allowTF32"] = options.AllowTF32,
        ["checkpointInterval"] = options.CheckpointInterval,
        ["method"] = options.Method,
        ["space"] = SpaceDescription.Of(space),
        ["data"] = Data(data),
        ["search"] = Search(space, data, options),
        ["allocation"] = SchemeChecks.Fingerprint(SchemeChecks.Allocate(data, options)),
    });

    /// <summary>The content of <c>genotype.json</c>.</summary>
    public static string Genotype(SearchResult result) => new JsonObject
    {
        ["genotype"] = result.Genotype.ToString(),
        ["parameters"] = result.Cost.Parameters,
        ["flops"] = result.Cost.Flops,
        ["epochs"] = result.Epochs.Count,
        ["genotypeEpoch"] = result.GenotypeEpoch,
        ["stopReason"] = result.StopReason,
    }.ToJsonString(RunJson.Indented);

    private static JsonObject Data(IBatchSource data) => new()
    {
        ["name"] = data.Name,
        ["samples"] = data.Count,
        ["input"] = PartDescription.Of(data.InputShape.ToArray()),
        ["classes"] = data.Classes,
        [OptionsDocument.ClassNames] = PartDescription.Of(MatchingData.Named(data.ClassNames)?.ToArray()),
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
        ["scheme"] = PartDescription.Of(options.Scheme),
        ["loss"] = options.Loss is null ? "cross-entropy" : "own",
        ["relaxation"] = PartDescription.Of(options.Relaxation),
        ["edgeDecorators"] = PartDescription.Of(options.EdgeDecorators.ToArray()),
        ["weightOptimizer"] = PartDescription.Of(options.WeightOptimizer),
        ["architectureOptimizer"] = PartDescription.Of(options.ArchitectureOptimizer),
        ["derivation"] = PartDescription.Of(options.Derivation ?? space.Derivation),
        ["transform"] = data is DatasetSource ? PartDescription.Of(options.Transform) : "by the batch source",
        ["penalties"] = PartDescription.Of(options.Penalties.ToArray()),
        ["epochRules"] = PartDescription.Of(options.EpochRules.ToArray()),
        ["affine"] = options.Affine,
        ["trackRunningStatistics"] = options.TrackRunningStatistics,
    };
}
