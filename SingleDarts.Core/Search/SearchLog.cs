using Microsoft.Extensions.Logging;

namespace SingleDarts.Core.Search;

internal static partial class SearchLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Search in {Space} with {Scheme} and {Relaxation} on {Device}: {Samples} samples, {Epochs} epochs of {Steps} steps, seed {Seed}")]
    public static partial void Started(
        ILogger logger, string space, string scheme, string relaxation, string device, long samples, int epochs, int steps, long seed);

    [LoggerMessage(2, LogLevel.Information, "Resumed at epoch {Epoch}, step {Step} from {Folder}")]
    public static partial void Resumed(ILogger logger, int epoch, int step, string folder);

    [LoggerMessage(3, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: loss {Loss:F4}, accuracy {Accuracy:F4}, α loss {ArchitectureLoss:F4}, {Seconds:F1} s, {Genotype}")]
    public static partial void Epoch(
        ILogger logger, int epoch, int epochs, double loss, double accuracy, double architectureLoss, double seconds, string genotype);

    [LoggerMessage(4, LogLevel.Information, "Stopped after epoch {Epoch}: {Reason}")]
    public static partial void Stopped(ILogger logger, int epoch, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Cancelled in epoch {Epoch} after step {Step}; checkpoint in {Folder}")]
    public static partial void Cancelled(ILogger logger, int epoch, int step, string? folder);

    [LoggerMessage(6, LogLevel.Error, "Diverged in epoch {Epoch}, step {Step}: {What} is not finite")]
    public static partial void Diverged(ILogger logger, int epoch, int step, string what);

    [LoggerMessage(7, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(8, LogLevel.Information, "Found {Genotype}: {Parameters} parameters, {Flops} FLOPs")]
    public static partial void Completed(ILogger logger, string genotype, long parameters, long flops);
}
