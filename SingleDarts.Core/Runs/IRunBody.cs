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

    /// <summary>Number of epochs as far as is known: a new stage of a search adds its own.</summary>
    int Epochs { get; }

    int StepsPerEpoch { get; }

    /// <summary>How often the parts were built: once, and again for every stage and every return to an earlier epoch.</summary>
    int Builds => 1;

    /// <summary>What progress says besides epoch and step; null for nothing.</summary>
    string? Note => null;

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

    /// <summary>Decides once after each epoch how the run continues, and starts a new stage if there is one.</summary>
    /// <returns>How the run ends early, or null.</returns>
    RunStop? Decide(IReadOnlyList<TReport> reports) => null;

    /// <summary>Takes the course of a run that is resumed, before its parts are restored: builds those of the present stage.</summary>
    void Replay(IReadOnlyList<TReport> reports, bool isStopped) { }

    void Log(TReport report);

    /// <summary>Saves the result if there is a folder, and returns it.</summary>
    TResult Complete(IReadOnlyList<TReport> reports, RunStop? stop, RunFolder? folder);
}
