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
            ["training"] = Training(options),
        });

    private static JsonObject Network(ClassificationNetwork network)
    {
        var state = network.state_dict();
        string shapes = string.Join('\n', state.Select(s => $"{s.Key} [{string.Join(", ", s.Value.shape)}]"));
        return new JsonObject
        {
            ["name"] = OptionsDocument.Describe(network.GetName(), network),
            ["genotype"] = (network as EvaluationNetwork)?.Genotype.ToString(),
            ["layers"] = (network as EvaluationNetwork)?.Space is { } space ? Layers(space) : null,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["tensors"] = state.Count,
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shapes))),
        };
    }

    private static string Layers(SearchSpace space)
    {
        CellPlacement[] cells = [.. space.Layers.OfType<CellPlacement>()];
        return $"{space.Name}, {cells.Length} cells, {cells[0].Channels} channels";
    }

    private static JsonObject Data(IBatchSource source) => new()
    {
        ["name"] = source.Name,
        ["samples"] = source.Count,
        ["input"] = string.Join('x', source.InputShape),
        ["classes"] = source.Classes,
        [OptionsDocument.ClassNames] = MatchingData.Named(source.ClassNames) is { } names ? string.Join(", ", names) : null,
        ["sha256"] = Fingerprint(source),
    };

    private static JsonObject Training(TrainingOptions options) => new()
    {
        ["epochs"] = options.Epochs,
        ["batchSize"] = options.BatchSize,
        ["microBatches"] = options.GradientAccumulation,
        ["dropLast"] = options.DropLast,
        ["weightOptimizer"] = options.WeightOptimizer.ToString(),
        ["labelSmoothing"] = options.LabelSmoothing,
        ["auxiliaryWeight"] = options.AuxiliaryWeight,
        ["dropPathProbability"] = options.DropPathProbability,
        ["averageDecay"] = options.EmaDecay,
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
