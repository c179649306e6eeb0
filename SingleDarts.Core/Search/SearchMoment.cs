using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

/// <summary>Where a search stands.</summary>
/// <param name="Epoch">Epoch, counted from 0.</param>
/// <param name="Step">Step within the epoch, counted from 0.</param>
/// <param name="StepsPerEpoch">Steps of one epoch.</param>
/// <param name="Context">Supernet, batches and updaters.</param>
public sealed record SearchMoment(int Epoch, int Step, int StepsPerEpoch, StepContext Context)
{
    /// <summary>The run folder, for <see cref="RunFolder.AppendRecord"/>, or <see langword="null"/> where nothing is saved.</summary>
    public RunFolder? Folder { get; init; }

    /// <summary>Begins random numbers of the given seed for the supernet; null in a loop of one's own.</summary>
    internal RunRandom? Random { get; init; }

    /// <summary>
    /// Draws a batch of the weights' samples that holds none of this step's batches, from a random stream of its own; the caller disposes
    /// it. It gives <see langword="null"/> where fewer than two samples are left, and is <see langword="null"/> in a loop of one's own.
    /// </summary>
    public Func<LabeledBatch?>? DrawIndependentBatch { get; init; }
}
