using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>The moment of a run that an observer sees.</summary>
/// <param name="Epoch">Epoch, counted from 0.</param>
/// <param name="Step">Step within the epoch, counted from 0; after an epoch, the number of its steps.</param>
/// <param name="StepsPerEpoch">Steps of one epoch.</param>
public record RunMoment(int Epoch, int Step, int StepsPerEpoch)
{
    /// <summary>Keeps the observer's records in the run folder; <see langword="null"/> if nothing is saved.</summary>
    public RunRecorder? Recorder { get; init; }

    /// <summary>
    /// Random numbers of the run's network: dispose what <see cref="RunRandom.Begin(long, long)"/> returns after a forward pass of your
    /// own. <see langword="null"/> in a loop of one's own.
    /// </summary>
    public RunRandom? Random { get; init; }
}
