using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// What is particular to a kind of run. <see cref="RunEngine{TReport, TResult}"/> does the rest and knows nothing else of it.
/// </summary>
/// <typeparam name="TReport">What an epoch gives.</typeparam>
/// <typeparam name="TResult">What the run gives.</typeparam>
internal interface IRunBody<TReport, TResult> : IDisposable where TReport : RunReport
{
    /// <summary><c>search</c> or <c>training</c>, for messages.</summary>
    string Kind { get; }

    int StepsPerEpoch { get; }

    /// <summary>Random numbers of the network.</summary>
    RunRandom Random { get; }

    /// <summary>What steps add up.</summary>
    EpochSums Sums { get; }

    /// <summary>Prefixes and parts of a checkpoint besides sums, times and <see cref="UserParts"/>.</summary>
    IEnumerable<(string Prefix, IResumable Part)> Parts { get; }

    /// <summary>Parts that a user may have written.</summary>
    IEnumerable<RunPart> UserParts { get; }

    /// <summary>What must stay finite, with its name in a sentence: <c>the weight 'stem.weight'</c>.</summary>
    IEnumerable<(string Name, Tensor Value)> Moved { get; }

    /// <summary>What observers see.</summary>
    RunMoment Moment(int epoch, int step);

    /// <summary>Puts generators that observers may draw from back when it is disposed; null if there are none.</summary>
    IDisposable? KeepGenerators();

    /// <summary>Sets learning rates and makes the batches of a step, in the current dispose scope.</summary>
    void Prepare(int epoch, int step);

    /// <summary>Moves the parameters with the batches that were made.</summary>
    void Step(int epoch, int step);

    /// <summary>Evaluates and reports; the parameters are finite.</summary>
    TReport EndEpoch(int epoch, EpochTimes times, CancellationToken cancellationToken);

    /// <summary>Asked once after each epoch.</summary>
    string? ReasonToStop(IReadOnlyList<TReport> reports);

    void Log(TReport report);

    /// <summary>Saves the result if there is a folder, and returns it.</summary>
    TResult Complete(IReadOnlyList<TReport> reports, string? stopReason, RunFolder? folder);
}
