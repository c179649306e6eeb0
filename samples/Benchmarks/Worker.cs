using System.Diagnostics;
using System.Text.Json;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using TorchSharp;

namespace Benchmarks;

/// <summary>
/// A process that measures one way to compute the step, so that peak memory is its own. It prints a JSON line when ready, then for
/// every line "run N" on standard input runs N steps and prints their seconds; the scripts in <c>peers/</c> do the same.
/// </summary>
internal static class Worker
{
    public static readonly string[] Modes = ["per-edge", "merged", "recomputation", "bi-level", "bi-level-2nd", "floor"];

    public static int Run(string mode, StepSettings settings)
    {
        torch.set_num_threads(settings.Threads);
        using IDisposable subject = Create(mode, settings, out Action step);
        Say(new { ready = true, version = TorchRuntime.Description, peakBytes = MemoryUsage.Now().PeakResidentBytes });
        while (Console.ReadLine() is { } line)
        {
            var seconds = new double[int.Parse(line.Split(' ')[1])];
            for (int i = 0; i < seconds.Length; i++)
            {
                Wait(settings);
                long begun = Stopwatch.GetTimestamp();
                step();
                Wait(settings);
                seconds[i] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }
            Say(new { seconds, peakBytes = MemoryUsage.Now().PeakResidentBytes });
        }
        return 0;
    }

    private static IDisposable Create(string mode, StepSettings settings, out Action step)
    {
        IOptimizationScheme scheme = mode switch
        {
            "bi-level" => OptimizationSchemes.BiLevel,
            "bi-level-2nd" => OptimizationSchemes.BiLevelSecondOrder,
            _ => OptimizationSchemes.SingleLevel,
        };
        CellExecution execution = mode switch
        {
            "per-edge" => CellExecution.PerEdge,
            "recomputation" => CellExecution.MergedWithRecomputation,
            _ => CellExecution.Merged,
        };
        var subject = new SupernetStep(settings, execution, scheme);
        step = subject.Run;
        return subject;
    }

    private static void Wait(StepSettings settings)
    {
        if (settings.Device.StartsWith("cuda", StringComparison.Ordinal))
            torch.cuda.synchronize();
    }

    private static void Say(object values) => Console.WriteLine(JsonSerializer.Serialize(values));
}
