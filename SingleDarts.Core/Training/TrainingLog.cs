using Microsoft.Extensions.Logging;

namespace SingleDarts.Core.Training;

internal static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Training of {Network} on {Device}: {Samples} samples, {Epochs} epochs of {Steps} steps, seed {Seed}")]
    public static partial void Started(ILogger logger, string network, string device, long samples, int epochs, int steps, long seed);

    [LoggerMessage(2, LogLevel.Information, "Resumed at epoch {Epoch}, step {Step} from {Folder}")]
    public static partial void Resumed(ILogger logger, int epoch, int step, string folder);

    [LoggerMessage(3, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: loss {Loss:F4}, top-1 {Top1:F4}; test loss {TestLoss:F4}, top-1 {TestTop1:F4}; {Seconds:F1} s")]
    public static partial void Epoch(
        ILogger logger, int epoch, int epochs, double loss, double top1, double? testLoss, double? testTop1, double seconds);

    [LoggerMessage(4, LogLevel.Warning, "Cancelled in epoch {Epoch} after step {Step}; checkpoint in {Folder}")]
    public static partial void Cancelled(ILogger logger, int epoch, int step, string? folder);

    [LoggerMessage(5, LogLevel.Error, "Diverged in epoch {Epoch}, step {Step}: {What} is not finite")]
    public static partial void Diverged(ILogger logger, int epoch, int step, string what);

    [LoggerMessage(6, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(7, LogLevel.Information, "Trained {Network}: test top-1 {Top1}, of the average {EmaTop1}")]
    public static partial void Completed(ILogger logger, string network, double? top1, double? emaTop1);
}
