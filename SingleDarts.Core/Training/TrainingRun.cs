using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Training;

/// <summary>Makes validated trainings.</summary>
internal static class TrainingRun
{
    public const string Kind = "training";

    /// <exception cref="InvalidRunException">An option is missing or invalid; the exception lists every fault.</exception>
    public static Run<TrainingEpochReport, TrainingResult> Create(
        ClassificationNetwork? network, IBatchSource? train, IBatchSource? test, TrainingOptions options, ILogger? logger,
        IProgress<RunProgress>? progress)
    {
        TorchRuntime.EnsureLoaded();
        List<string> faults = [.. NullFaults.Of(options)];
        if (faults.Count == 0)
            faults.AddRange(TrainingValidation.Faults(network, train, test, options));
        if (faults.Count > 0)
            throw new InvalidRunException(Kind, faults);
        return new(
            new(Kind, options, () => TrainingDocument.Write(network!, train!, test, options), TrainingDocument.Compared,
                log => new TrainingBody(network!, train!, test, options, log)),
            logger ?? NullLogger.Instance, progress);
    }
}
