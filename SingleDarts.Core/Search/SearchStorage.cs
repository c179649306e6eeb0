using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>What a search keeps in its run folder, and how it is put back.</summary>
internal sealed class SearchStorage : IDisposable
{
    private readonly RunFolder folder;

    private SearchStorage(RunFolder folder) => this.folder = folder;

    public RunFolder Folder => folder;

    public string? CheckpointFolder => folder.Checkpoints.Exists ? folder.Checkpoints.Folder : null;

    public static SearchStorage Open(SearchSpace space, IBatchSource data, SearchOptions options)
    {
        string document = RunDocument.Write(space, data, options);
        return new SearchStorage(RunFolder.Begin(
            options.OutputFolder!, document, options.Resume, (saved, path) => RunDocument.RequireSame(saved, document, path)));
    }

    public void AppendEpoch(EpochReport report) => folder.AppendEpoch(EpochLine.Write(report));

    public void WriteGenotype(SearchResult result) => folder.WriteText("genotype.json", new JsonObject
    {
        ["genotype"] = result.Genotype.ToString(),
        ["parameters"] = result.Cost.Parameters,
        ["flops"] = result.Cost.Flops,
        ["epochs"] = result.Epochs.Count,
        ["stopReason"] = result.StopReason,
    }.ToJsonString(new JsonSerializerOptions(EpochLine.Json) { WriteIndented = true }));

    public void SaveCheckpoint(
        int epoch, int step, Supernet supernet, ScheduledOptimizer weights, ScheduledOptimizer architecture, EpochMeter meter,
        IEnumerable<IResumableObserver> observers)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["epoch"] = meter.Save() };
        foreach (IResumableObserver observer in observers)
            foreach (var (name, tensor) in observer.SaveState())
                tensors[$"observers/{observer.Name}/{name}"] = tensor;
        foreach (var (name, tensor) in State(supernet, weights, architecture))
            tensors[name] = tensor;
        folder.Checkpoints.Save(tensors, new CheckpointPlace(epoch, step).ToMetadata());
    }

    /// <summary>
    /// Puts the last checkpoint back and cuts off the records that were made after it; a run that was interrupted before its first one
    /// begins at its start.
    /// </summary>
    public (int Epoch, int Step) LoadCheckpoint(
        Supernet supernet, ScheduledOptimizer weights, ScheduledOptimizer architecture, EpochMeter meter,
        IEnumerable<IResumableObserver> observers, Action<string> warn)
    {
        var (tensors, metadata) = folder.Checkpoints.Exists ? folder.Checkpoints.Load(warn) : (new Dictionary<string, Tensor>(), null);
        try
        {
            var (epoch, step) = metadata is null ? (0, 0) : Restore(tensors, metadata, supernet, weights, architecture, meter);
            foreach (IResumableObserver observer in observers)
                observer.LoadState(CheckpointPlace.Part(tensors, $"observers/{observer.Name}/"));
            folder.KeepRecords(epoch, step);
            return (epoch, step);
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    public IEnumerable<EpochReport> ReadEpochs(int count)
    {
        try
        {
            return [.. folder.KeepEpochs(count).Select(EpochLine.Read)];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"epochs.jsonl in {folder.Path} cannot be read: {e.Message} Restore it or begin a new run.", e);
        }
    }

    public void Dispose() => folder.Dispose();

    private (int, int) Restore(
        IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata,
        Supernet supernet, ScheduledOptimizer weights, ScheduledOptimizer architecture, EpochMeter meter)
    {
        string where = folder.Checkpoints.Folder;
        var (epoch, step) = CheckpointPlace.Read(metadata, where);
        CheckpointPlace.Restore(tensors, Parameters(supernet), where);
        weights.LoadState(CheckpointPlace.Part(tensors, "weight-optimizer/"));
        architecture.LoadState(CheckpointPlace.Part(tensors, "architecture-optimizer/"));
        meter.Load(tensors["epoch"]);
        return (epoch, step);
    }

    private static IEnumerable<(string, Tensor)> State(Supernet supernet, ScheduledOptimizer weights, ScheduledOptimizer architecture) =>
        Parameters(supernet)
            .Concat(weights.SaveState().Select(s => ("weight-optimizer/" + s.Key, s.Value)))
            .Concat(architecture.SaveState().Select(s => ("architecture-optimizer/" + s.Key, s.Value)));

    private static IEnumerable<(string, Tensor)> Parameters(Supernet supernet) =>
        supernet.state_dict().Select(s => ("weights/" + s.Key, s.Value))
            .Concat(supernet.Architecture.Named.Select(a => ("alpha/" + a.Name, (Tensor)a.Parameter)));
}
