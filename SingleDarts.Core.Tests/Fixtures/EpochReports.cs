using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Runs a diagnostic by hand.</summary>
internal static class EpochReports
{
    public static EpochReport Of(StepContext step, int epoch = 1) => new()
    {
        Epoch = epoch,
        Epochs = 10,
        Genotype = step.Supernet.Space.Derive(new EdgeArgmax(), step.Supernet.Snapshot()),
        WeightLoss = 0,
        WeightAccuracy = 0,
        ArchitectureLoss = 0,
        ArchitectureAccuracy = 0,
        WeightLearningRate = 0,
        ArchitectureLearningRate = 0,
        Architecture = step.Supernet.Snapshot(),
        Seconds = 0,
        DataSeconds = 0,
    };

    /// <summary>An epoch of one step.</summary>
    public static TRecord Measure<TRecord>(Diagnostic<TRecord> watch, StepContext step, int epoch = 1) where TRecord : DiagnosticRecord
    {
        var moment = new SearchMoment(epoch - 1, 0, 1, step);
        if (epoch == 1)
            watch.OnStarted(moment);
        watch.OnStepStarting(moment);
        watch.OnEpoch(moment with { Step = 1 }, Of(step, epoch));
        return watch.Records[^1];
    }
}
