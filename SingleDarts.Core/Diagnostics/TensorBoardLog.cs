using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// Writes what every epoch of a search or a training gave to an event file of TensorBoard: losses, accuracies and learning rates; of a
/// search also p of every edge, its entropy and the genotype. The step of a point is the number of its epoch. A run never depends on
/// it: everything comes from the reports, and it has no state. <c>docs/how-to/tensorboard.md</c> lists the tags.
/// </summary>
/// <remarks>
/// Every start and every resume writes a new event file, which begins with a session start at its first epoch. TensorBoard drops the
/// points of earlier files of the folder from that epoch on, so that epochs that a resume repeats have one value.
/// TorchSharp opens the event file by its path. It is checked before each epoch: a symbolic link or a hard link in its place is refused.
/// </remarks>
/// <param name="folder">Folder of the event files of one run, made if it is missing; it may be the run folder.</param>
public sealed class TensorBoardLog(string folder) : IRunObserver
{
    private readonly GuardedFolder folder = new(Given.NotNull(folder));
    private EventFile? file;

    /// <inheritdoc/>
    public string Name => "tensorboard";

    /// <summary>Table for the accuracies of a search's genotype, in percent; <see langword="null"/> for none.</summary>
    /// <value>Null.</value>
    public NasBench201Table? Table { get; init; }

    /// <summary>Makes the folder, writes a file to it and deletes it again; a folder that cannot be written is rejected.</summary>
    /// <inheritdoc/>
    public IEnumerable<string> Faults() => EventFile.Fault(folder) is { } fault ? [fault] : [];

    /// <inheritdoc/>
    /// <exception cref="InvalidRunException">The space has no genotypes of <see cref="Table"/>.</exception>
    /// <exception cref="IOException">The event file cannot be written.</exception>
    public void OnStarted(RunMoment moment)
    {
        ArgumentNullException.ThrowIfNull(moment);
        if (Table is not null && moment is SearchMoment search &&
            GenotypeAccuracy.Faults(Name, search.Context.Supernet.Space).ToList() is { Count: > 0 } faults)
            throw new InvalidRunException("search", faults);
        file = EventFile.Create(folder, moment.Epoch + 1);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><see cref="OnStarted"/> was not called.</exception>
    /// <exception cref="IOException">The event file cannot be written, or is a link. The last checkpoint is untouched.</exception>
    public void OnEpoch(RunMoment moment, RunReport report)
    {
        ArgumentNullException.ThrowIfNull(moment);
        ArgumentNullException.ThrowIfNull(report);
        if (file is null)
            throw new InvalidOperationException($"{nameof(TensorBoardLog)} has no event file yet; call OnStarted before the first epoch.");
        var (scalars, text) = report switch
        {
            EpochReport search => (TensorBoardTags.Of(search, ((SearchMoment)moment).Context.Supernet.Space, Table), search.Genotype),
            TrainingEpochReport training => (TensorBoardTags.Of(training), null),
            _ => throw new ArgumentException($"A {report.GetType().Name} has no curves; expected a report of a search or a training.",
                nameof(report)),
        };
        file.Write(report.Epoch, scalars, text is null ? null : ("genotype", $"    {text}"));
    }
}
