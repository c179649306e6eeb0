using System.Text.Json;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>What a run keeps in its folder, part by part, and how it is restored.</summary>
internal sealed class RunStorage(RunFolder folder) : IDisposable
{
    public RunFolder Folder { get; } = folder;

    /// <summary>Folder of the checkpoints, or null if none was saved.</summary>
    public string? CheckpointFolder => Folder.Checkpoints.Exists ? Folder.Checkpoints.Folder : null;

    public void AppendEpoch(RunReport report) => Folder.AppendEpoch(JsonSerializer.Serialize(report, report.GetType(), RunJson.Line));

    /// <summary>Saves a checkpoint of some parts.</summary>
    public void Save(CheckpointPlace place, IEnumerable<(string Prefix, IResumable Part)> parts)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (prefix, part) in parts)
            foreach (var (name, tensor) in UserPart.Result(part, () => $"SaveState of '{prefix}'", "tensors, or none", part.SaveState))
                tensors[prefix + name] = tensor;
        Folder.Checkpoints.Save(tensors, place.ToMetadata());
    }

    /// <summary>Restores a run from the last checkpoint and drops the records and epochs that were written after it.</summary>
    /// <param name="parts">Is given the place and the reports of the epochs that are done, and returns the parts of the run, each with the
    /// state of a checkpoint or with none.</param>
    /// <param name="warn">Receives a warning if the last checkpoint is damaged and the one before it is taken.</param>
    /// <returns>The place of the checkpoint; null if the run was interrupted before its first one.</returns>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or does not fit; the message names the folder.</exception>
    public CheckpointPlace? Restore<TReport>(
        Func<CheckpointPlace, IReadOnlyList<TReport>, IEnumerable<(string Prefix, IResumable Part)>> parts, Action<string> warn)
        where TReport : RunReport
    {
        if (!Folder.Checkpoints.Exists)
        {
            Folder.KeepRecords(0, 0);
            Folder.KeepEpochs(0);
            return null;
        }
        var (tensors, metadata) = Folder.Checkpoints.Load(warn);
        try
        {
            CheckpointPlace place = CheckpointPlace.Read(metadata, Folder.Checkpoints.Folder);
            foreach (var (prefix, part) in parts(place, ReadEpochs<TReport>(place.Epoch)))
                Load(tensors, prefix, part);
            Folder.KeepRecords(place.Epoch, place.Step);
            Folder.KeepEpochs(place.Epoch);
            return place;
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    private IReadOnlyList<TReport> ReadEpochs<TReport>(int count) where TReport : RunReport
    {
        try
        {
            return [.. Folder.ReadEpochs(count).Select(RunJson.Read<TReport>)];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{RunFiles.Epochs} in {Folder.Path} cannot be read: {e.Message} Restore it or begin a new run.", e);
        }
    }

    public void Dispose() => Folder.Dispose();

    private void Load(IReadOnlyDictionary<string, Tensor> tensors, string prefix, IResumable part)
    {
        try
        {
            part.LoadState(tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(t => t.Key[prefix.Length..], t => t.Value));
        }
        catch (Exception e) when (e is InvalidDataException || UserPart.Explains(part, e))
        {
            string fault = e is InvalidDataException ? e.Message : $"LoadState fails: {Explained.Of(e)}";
            throw new InvalidDataException(
                $"The checkpoint in {Folder.Checkpoints.Folder} does not fit the run, in '{prefix}': {fault}", e);
        }
    }
}
