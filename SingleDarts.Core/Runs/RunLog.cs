using Microsoft.Extensions.Logging;

namespace SingleDarts.Core.Runs;

internal static partial class RunLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Search in {Space} with {Scheme} and {Relaxation} on {Device}: {Samples} samples, {Epochs} epochs of {Steps} steps, seed {Seed}")]
    public static partial void SearchStarted(
        ILogger logger, string space, string scheme, string relaxation, string device, long samples, int epochs, int steps, long seed);

    [LoggerMessage(2, LogLevel.Information,
        "Training of {Network} on {Device}: {Samples} samples, {Epochs} epochs of {Steps} steps, seed {Seed}")]
    public static partial void TrainingStarted(
        ILogger logger, string network, string device, long samples, int epochs, int steps, long seed);

    [LoggerMessage(3, LogLevel.Information, "Resumed at epoch {Epoch}, step {Step} from {Folder}")]
    public static partial void Resumed(ILogger logger, int epoch, int step, string folder);

    [LoggerMessage(4, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: loss {Loss:F4}, accuracy {Accuracy:F4}, α loss {ArchitectureLoss:F4}, {Seconds:F1} s, {Genotype}")]
    public static partial void SearchEpoch(
        ILogger logger, int epoch, int epochs, double loss, double accuracy, double architectureLoss, double seconds, string genotype);

    [LoggerMessage(5, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: loss {Loss:F4}, top-1 {Top1:F4}; test loss {TestLoss:F4}, top-1 {TestTop1:F4}; {Seconds:F1} s")]
    public static partial void TrainingEpoch(
        ILogger logger, int epoch, int epochs, double loss, double top1, double? testLoss, double? testTop1, double seconds);

    [LoggerMessage(6, LogLevel.Information, "Stopped after epoch {Epoch}: {Reason}")]
    public static partial void Stopped(ILogger logger, int epoch, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Cancelled in epoch {Epoch} after step {Step}; checkpoint in {Folder}")]
    public static partial void Cancelled(ILogger logger, int epoch, int step, string? folder);

    [LoggerMessage(8, LogLevel.Error, "Diverged in epoch {Epoch}, step {Step}: {What} is not finite")]
    public static partial void Diverged(ILogger logger, int epoch, int step, string what);

    [LoggerMessage(12, LogLevel.Information, "Stage {Stage} after {Epochs} epochs in {Space}")]
    public static partial void StageStarted(ILogger logger, int stage, int epochs, string space);

    [LoggerMessage(13, LogLevel.Information, "Pruned after {Epochs} epochs to {Space}")]
    public static partial void Pruned(ILogger logger, int epochs, string space);

    [LoggerMessage(14, LogLevel.Information, "Returned after {Epochs} epochs to the state of epoch {Epoch}")]
    public static partial void Returned(ILogger logger, int epochs, int epoch);

    [LoggerMessage(9, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(10, LogLevel.Information, "Found {Genotype}: {Parameters} parameters, {Flops} FLOPs")]
    public static partial void SearchCompleted(ILogger logger, string genotype, long parameters, long flops);

    [LoggerMessage(11, LogLevel.Information, "Trained {Network}: test top-1 {Top1}, of the average {EmaTop1}")]
    public static partial void TrainingCompleted(ILogger logger, string network, double? top1, double? emaTop1);
}
