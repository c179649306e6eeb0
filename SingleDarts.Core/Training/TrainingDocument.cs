using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Training;

/// <summary>The content of <c>options.json</c>: what a training was made of, and whether a resumed one is the same.</summary>
internal static class TrainingDocument
{
    /// <summary>What a resume must find unchanged.</summary>
    public static string[] Compared => ["network", "data", "test", "training"];

    public static string Write(ClassificationNetwork network, IBatchSource train, IBatchSource? test, TrainingOptions options) =>
        OptionsDocument.Write(() => new JsonObject
        {
            ["device"] = options.Device,
            ["allowTF32"] = options.AllowTF32,
            ["checkpointInterval"] = options.CheckpointInterval,
            ["evaluationInterval"] = options.EvaluationInterval,
            ["evaluationBatchSize"] = options.EvaluationBatchSize,
            ["network"] = Network(network),
            ["data"] = Data(train),
            ["test"] = test is null ? null : Data(test),
            ["training"] = Training(train, options),
        });

    private static JsonObject Network(ClassificationNetwork network)
    {
        var state = network.state_dict();
        string shapes = string.Join('\n', state.Select(s => $"{s.Key} [{string.Join(", ", s.Value.shape)}]"));
        return new JsonObject
        {
            ["name"] = network.GetName(),
            ["type"] = network.GetType().Name,
            ["text"] = PartDescription.OwnText(network),
            ["genotype"] = (network as EvaluationNetwork)?.Genotype.ToString(),
            ["space"] = network is EvaluationNetwork evaluation ? SpaceDescription.Of(evaluation.Space, evaluation.Layout) : null,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["tensors"] = state.Count,
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shapes))),
        };
    }

    private static JsonObject Data(IBatchSource source) => new()
    {
        ["name"] = source.Name,
        ["samples"] = source.Count,
        ["input"] = PartDescription.Of(source.InputShape.ToArray()),
        ["classes"] = source.Classes,
        [OptionsDocument.ClassNames] = PartDescription.Of(MatchingData.Named(source.ClassNames)?.ToArray()),
        [OptionsDocument.Values] = source.ValueScale,
        ["sha256"] = SourceFingerprint.Of(source),
    };

    private static JsonObject Training(IBatchSource train, TrainingOptions options) => new()
    {
        ["epochs"] = options.Epochs,
        ["batchSize"] = options.BatchSize,
        ["gradientAccumulation"] = options.GradientAccumulation,
        ["dropLast"] = options.DropLast,
        ["weightOptimizer"] = PartDescription.Of(options.WeightOptimizer),
        ["transform"] = train is DatasetSource ? PartDescription.Of(options.Transform) : "by the batch source",
        ["labelSmoothing"] = options.LabelSmoothing,
        ["auxiliaryWeight"] = options.AuxiliaryWeight,
        ["dropPath"] = PartDescription.Of(options.DropPath),
        ["emaDecay"] = options.EmaDecay,
        ["seed"] = options.Seed,
        ["dataType"] = options.DataType.ToString(),
    };
}
