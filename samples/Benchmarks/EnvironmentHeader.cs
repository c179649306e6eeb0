using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using Spectre.Console;

namespace Benchmarks;

/// <summary>What the figures of a report depend on.</summary>
internal static class EnvironmentHeader
{
    public static IReadOnlyList<string> Lines(StepSettings settings) =>
    [
        $"{Processor()}, {Environment.ProcessorCount} cores; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}",
        TorchRuntime.Description,
        $"{settings.Channels} channels, {settings.Cells} cells{(settings.SpaceName == StepSettings.Training
            ? "" : " per stage (8 cells in the space of DARTS)")}, batch {settings.Batch} of " +
        $"{settings.Size}x{settings.Size}, {settings.Threads} threads, {settings.Device}, float32",
    ];

    public static void Write(StepSettings settings)
    {
        foreach (string line in Lines(settings))
            AnsiConsole.WriteLine(line);
    }

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1]
            .Trim() ?? "?"
        : RuntimeInformation.ProcessArchitecture.ToString();
}
