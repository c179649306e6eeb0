using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Persistence;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Updates;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>What a search keeps in its run folder, and how it is put back.</summary>
internal sealed class SearchStorage : IDisposable
{
    private const string FormatVersion = "1";
    private readonly RunFolder folder;

    private SearchStorage(RunFolder folder) => this.folder = folder;

    public RunFolder Folder => folder;

    public string? CheckpointFolder => folder.Checkpoints.Exists ? folder.Checkpoints.Folder : null;

    public static SearchStorage Open(SearchSpace space, ClassificationDataset data, SearchOptions options)
    {
        string document = RunDocument.Write(space, data, options);
        if (!options.Resume)
            return new SearchStorage(RunFolder.Create(options.OutputFolder!, document));
        RunFolder folder = RunFolder.Open(options.OutputFolder!);
        try
        {
            RunDocument.RequireSame(File.ReadAllText(folder.OptionsFile), document, folder.OptionsFile);
            return new SearchStorage(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
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
        int epoch, int step, Supernet supernet, ParameterUpdater weights, ParameterUpdater architecture, EpochMeter meter,
        IEnumerable<IResumableObserver> observers)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["epoch"] = meter.Save() };
        foreach (IResumableObserver observer in observers)
            foreach (var (name, tensor) in observer.SaveState())
                tensors[$"observers/{observer.Name}/{name}"] = tensor;
        foreach (var (name, tensor) in State(supernet, weights, architecture))
            tensors[name] = tensor;
        folder.Checkpoints.Save(tensors, new Dictionary<string, string>
        {
            ["format"] = FormatVersion,
            ["epoch"] = epoch.ToString(CultureInfo.InvariantCulture),
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>
    /// Puts the last checkpoint back and cuts off the records that were made after it; a run that was interrupted before its first one
    /// begins at its start.
    /// </summary>
    public (int Epoch, int Step) LoadCheckpoint(
        Supernet supernet, ParameterUpdater weights, ParameterUpdater architecture, EpochMeter meter,
        IEnumerable<IResumableObserver> observers, Action<string> warn)
    {
        var (tensors, metadata) = folder.Checkpoints.Exists ? folder.Checkpoints.Load(warn) : (new Dictionary<string, Tensor>(), null);
        try
        {
            var (epoch, step) = metadata is null ? (0, 0) : Restore(tensors, metadata, supernet, weights, architecture, meter);
            foreach (IResumableObserver observer in observers)
                observer.LoadState(Part(tensors, $"observers/{observer.Name}/"));
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
        Supernet supernet, ParameterUpdater weights, ParameterUpdater architecture, EpochMeter meter)
    {
        string where = folder.Checkpoints.Folder;
        if (metadata.GetValueOrDefault("format") != FormatVersion)
            throw new InvalidDataException(
                $"The checkpoint in {where} has format '{metadata.GetValueOrDefault("format") ?? "none"}'; expected '{FormatVersion}'. " +
                "Resume with the library that saved it.");
        if (!int.TryParse(metadata.GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch) ||
            !int.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out int step) || epoch < 0 || step < 0)
            throw new InvalidDataException($"The checkpoint in {where} does not say at which epoch and step it was saved.");
        using (no_grad())
            foreach (var (name, tensor) in Parameters(supernet))
            {
                if (!tensors.TryGetValue(name, out Tensor? saved) || !saved.shape.SequenceEqual(tensor.shape))
                    throw new InvalidDataException(
                        $"The checkpoint in {where} has '{name}' of shape [{(saved is null ? "none" : string.Join(", ", saved.shape))}]; " +
                        $"expected [{string.Join(", ", tensor.shape)}]. It was saved by another version or for another space.");
                tensor.copy_(saved);
            }
        weights.LoadState(Part(tensors, "weight-optimizer/"));
        architecture.LoadState(Part(tensors, "architecture-optimizer/"));
        meter.Load(tensors["epoch"]);
        return (epoch, step);
    }

    private static IEnumerable<(string, Tensor)> State(Supernet supernet, ParameterUpdater weights, ParameterUpdater architecture) =>
        Parameters(supernet)
            .Concat(weights.SaveState().Select(s => ("weight-optimizer/" + s.Key, s.Value)))
            .Concat(architecture.SaveState().Select(s => ("architecture-optimizer/" + s.Key, s.Value)));

    private static IEnumerable<(string, Tensor)> Parameters(Supernet supernet) =>
        supernet.state_dict().Select(s => ("weights/" + s.Key, s.Value))
            .Concat(supernet.Architecture.Named.Select(a => ("alpha/" + a.Name, (Tensor)a.Parameter)));

    private static Dictionary<string, Tensor> Part(IReadOnlyDictionary<string, Tensor> tensors, string prefix) => tensors
        .Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
}
