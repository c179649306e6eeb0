using System.Text.Json;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>What a training keeps in its run folder, and how it is put back.</summary>
internal sealed class TrainingStorage : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new(OptionsDocument.Line) { WriteIndented = true };
    private readonly RunFolder folder;

    private TrainingStorage(RunFolder folder) => this.folder = folder;

    public string? CheckpointFolder => folder.Checkpoints.Exists ? folder.Checkpoints.Folder : null;

    public static TrainingStorage Open(ClassificationNetwork network, IBatchSource train, IBatchSource? test, TrainingOptions options)
    {
        string document = TrainingDocument.Write(network, train, test, options);
        return new TrainingStorage(RunFolder.Begin(
            options.OutputFolder!, document, options.Resume, (saved, path) => TrainingDocument.RequireSame(saved, document, path)));
    }

    public void AppendEpoch(TrainingEpochReport report) => folder.AppendEpoch(JsonSerializer.Serialize(report, OptionsDocument.Line));

    /// <summary>Saves the weights, their average where there is one, and the result.</summary>
    public TrainingResult WriteResult(ClassificationNetwork network, WeightEma? average, IReadOnlyList<TrainingEpochReport> epochs)
    {
        string Write(string name, IReadOnlyDictionary<string, Tensor> tensors)
        {
            folder.WriteTensors(name, tensors, new Dictionary<string, string> { ["network"] = network.GetName() });
            return Path.Combine(folder.Path, name);
        }
        var result = new TrainingResult(
            epochs, Write("weights.safetensors", network.state_dict()),
            average is null ? null : Write("weights-average.safetensors", average.State));
        folder.WriteText("result.json", JsonSerializer.Serialize(epochs[^1], Indented));
        return result;
    }

    public void SaveCheckpoint(
        int epoch, int step, ClassificationNetwork network, ScheduledOptimizer updater, WeightEma? average, TrainingMeter meter)
    {
        using var scope = NewDisposeScope();
        var tensors = State(network, average).ToDictionary(s => s.Name, s => s.Value);
        foreach (var (name, tensor) in updater.SaveState())
            tensors["optimizer/" + name] = tensor;
        tensors["epoch"] = meter.Save();
        folder.Checkpoints.Save(tensors, new CheckpointPlace(epoch, step).ToMetadata());
    }

    /// <summary>Puts the last checkpoint back; a run that was interrupted before its first one begins with the network as it is.</summary>
    public (int Epoch, int Step) LoadCheckpoint(
        ClassificationNetwork network, ScheduledOptimizer updater, WeightEma? average, TrainingMeter meter, Action<string> warn)
    {
        if (!folder.Checkpoints.Exists)
            return (0, 0);
        var (tensors, metadata) = folder.Checkpoints.Load(warn);
        try
        {
            CheckpointPlace at = CheckpointPlace.Read(metadata, folder.Checkpoints.Folder);
            CheckpointPlace.Restore(tensors, State(network, average), folder.Checkpoints.Folder);
            updater.LoadState(CheckpointPlace.Part(tensors, "optimizer/"));
            meter.Load(tensors["epoch"]);
            return (at.Epoch, at.Step);
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    public IEnumerable<TrainingEpochReport> ReadEpochs(int count)
    {
        try
        {
            return [.. folder.KeepEpochs(count).Select(line => JsonSerializer.Deserialize<TrainingEpochReport>(line, OptionsDocument.Line)
                ?? throw new JsonException("The line is null."))];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"epochs.jsonl in {folder.Path} cannot be read: {e.Message} Restore it or begin a new run.", e);
        }
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<(string Name, Tensor Value)> State(ClassificationNetwork network, WeightEma? average) =>
        network.state_dict().Select(s => ("weights/" + s.Key, s.Value))
            .Concat(average?.State.Select(s => ("average/" + s.Key, s.Value)) ?? []);
}
