using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>The content of <c>options.json</c>: what a training was made of, and whether a resumed one is the same.</summary>
internal static class TrainingDocument
{
    private const int ProbedSamples = 32;

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
            ["training"] = Training(options),
        });

    /// <summary>Refuses to go on with a run that was made of something else.</summary>
    /// <exception cref="InvalidTrainingException">The document is damaged, of another version, or differs in network, data or
    /// training.</exception>
    public static void RequireSame(string saved, string current, string path)
    {
        if (OptionsDocument.Faults(saved, current, path, "network", "data", "test", "training") is { Count: > 0 } faults)
            throw new InvalidTrainingException(faults);
    }

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
            ["space"] = (network as EvaluationNetwork)?.Space is { } space ? SpaceDescription.Of(space) : null,
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
        ["sha256"] = Fingerprint(source),
    };

    private static JsonObject Training(TrainingOptions options) => new()
    {
        ["epochs"] = options.Epochs,
        ["batchSize"] = options.BatchSize,
        ["gradientAccumulation"] = options.GradientAccumulation,
        ["dropLast"] = options.DropLast,
        ["weightOptimizer"] = PartDescription.Of(options.WeightOptimizer),
        ["labelSmoothing"] = options.LabelSmoothing,
        ["auxiliaryWeight"] = options.AuxiliaryWeight,
        ["dropPathProbability"] = options.DropPathProbability,
        ["emaDecay"] = options.EmaDecay,
        ["seed"] = options.Seed,
        ["dataType"] = options.DataType.ToString(),
    };

    /// <summary>Of some samples spread over the source, transformed with fixed random numbers: other data or another transform
    /// show.</summary>
    private static string Fingerprint(IBatchSource source)
    {
        using var scope = NewDisposeScope();
        using var generator = new RandomStreams(0).CreateGenerator("fingerprint");
        long count = Math.Min(ProbedSamples, source.Count);
        long[] probed = [.. SampleOrder.All(count).Select(i => i * source.Count / count)];
        LabeledBatch batch = source is BatchSource resident ? resident.GetOnHost(probed, generator) : source.Get(probed, generator);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor part in new[] { batch.Inputs, batch.Labels })
            hash.AppendData(Host.Bytes(part.cpu().contiguous()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
