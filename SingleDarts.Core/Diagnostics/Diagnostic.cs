using System.Text.Json;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// An observer that measures and never disturbs: on the CPU a search ends bit for bit as it ends without it. Records are kept in
/// <see cref="Records"/> and, if the search has a run folder, in <c>diagnostics/&lt;name&gt;.jsonl</c>.
/// </summary>
/// <typeparam name="TRecord">What one measurement gives.</typeparam>
public abstract class Diagnostic<TRecord> : ISearchObserver, IResumable where TRecord : DiagnosticRecord
{
    private readonly List<TRecord> records = [];

    /// <summary>Begins a diagnostic.</summary>
    /// <param name="name">Name of its file and of its state in checkpoints.</param>
    protected Diagnostic(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>All records of the search, the oldest first; those before a resume are read from the run folder.</summary>
    public IReadOnlyList<TRecord> Records => records;

    /// <inheritdoc/>
    public virtual IEnumerable<string> Faults(SearchSpace space) => [];

    /// <inheritdoc/>
    /// <exception cref="InvalidRunException">The diagnostic does not fit the space.</exception>
    /// <exception cref="InvalidDataException">A record in the run folder cannot be read.</exception>
    public virtual void OnStarted(SearchMoment moment)
    {
        ArgumentNullException.ThrowIfNull(moment);
        if (Faults(moment.Context.Supernet.Space).ToList() is { Count: > 0 } faults)
            throw new InvalidRunException("search", faults);
        records.Clear();
        foreach (string line in moment.Recorder?.Read() ?? [])
            records.Add(Read(line));
    }

    /// <inheritdoc/>
    public virtual void OnStageStarted(SearchMoment moment) { }

    /// <inheritdoc/>
    public virtual void OnStepStarting(SearchMoment moment) { }

    /// <inheritdoc/>
    public virtual void OnStep(SearchMoment moment, StepOutcome outcome) { }

    /// <inheritdoc/>
    public virtual void OnEpoch(SearchMoment moment, EpochReport report) { }

    /// <inheritdoc/>
    public virtual void OnCompleted(SearchResult result) { }

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, Tensor> SaveState() => new Dictionary<string, Tensor>();

    /// <inheritdoc/>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> saved) { }

    /// <summary>Keeps a record.</summary>
    /// <param name="moment">Where the search stands.</param>
    /// <param name="record">The record.</param>
    /// <exception cref="IOException">The run folder cannot be written.</exception>
    protected void Write(SearchMoment moment, TRecord record)
    {
        ArgumentNullException.ThrowIfNull(moment);
        records.Add(record);
        moment.Recorder?.Append(RunJson.Write(record));
    }

    private TRecord Read(string line)
    {
        try
        {
            return RunJson.Read<TRecord>(line);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"A record of {Name} in the run folder cannot be read: {e.Message} Move diagnostics/{Name}.jsonl away, or resume with " +
                "the " +
                "library that wrote it.", e);
        }
    }
}
