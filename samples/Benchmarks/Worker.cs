using System.Diagnostics;
using System.Text.Json;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using TorchSharp;

namespace Benchmarks;

/// <summary>
/// A process that measures one way to compute the step, so that peak memory is its own. It prints a JSON line when ready, then for
/// every line "run N" on standard input runs N steps and prints their seconds; the scripts in <c>peers/</c> do the same.
/// </summary>
internal static class Worker
{
    /// <summary>Methods of the literature whose steps can stand side by side.</summary>
    public static readonly string[] Methods = ["darts", "pc-darts", "gdas"];

    /// <summary>Ways to compute the step.</summary>
    public static readonly string[] Modes =
        ["per-edge", "merged", "recomputation", "bfloat16", "bi-level", "bi-level-2nd", "floor", .. Methods];

    /// <summary>Measures on a thread of its own, as a search does.</summary>
    public static int Run(string mode, StepSettings settings)
    {
        torch.set_num_threads(settings.Threads);
        NativeMemory.KeepForReuse();
        var thread = new Thread(() => Serve(mode, settings));
        thread.Start();
        thread.Join();
        return 0;
    }

    private static void Serve(string mode, StepSettings settings)
    {
        using IDisposable subject = Create(mode, settings, out Action step);
        Say(new { ready = true, version = TorchRuntime.Description, peakBytes = Peak(settings) });
        while (Console.ReadLine() is { } line)
        {
            var seconds = new double[int.Parse(line.Split(' ')[1])];
            for (int i = 0; i < seconds.Length; i++)
            {
                Wait(settings);
                long begun = Stopwatch.GetTimestamp();
                step();
                NativeMemory.ReleaseGarbage();
                Wait(settings);
                seconds[i] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }
            Say(new { seconds, peakBytes = Peak(settings) });
        }
    }

    /// <summary>0 on a device: TorchSharp does not tell how much of its memory is taken, and the host's is no measure of it.</summary>
    private static long Peak(StepSettings settings) => settings.Device == "cpu" ? MemoryUsage.Now().PeakResidentBytes : 0;

    private static IDisposable Create(string mode, StepSettings settings, out Action step)
    {
        if (mode == "floor")
        {
            var floor = new KernelFloor(settings);
            step = floor.Run;
            return floor;
        }
        if (settings.SpaceName == StepSettings.Training)
        {
            var training = new TrainingStep(settings, Execution(mode));
            step = training.Run;
            return training;
        }
        string name = Methods.Contains(mode) ? mode : settings.MethodName;
        SearchMethod? method = name.Length == 0 ? null : SearchMethods.Named(name);
        SearchSpace space = settings.SpaceOf(isMethod: method is not null);
        SearchOptions options = method is null ? OfExecution(mode) : method.Options(space) with { Execution = Execution(mode) };
        var subject = new SupernetStep(settings, space, options);
        step = subject.Run;
        return subject;
    }

    private static SearchOptions OfExecution(string mode) => new()
    {
        Scheme = mode switch
        {
            "bi-level" => OptimizationSchemes.BiLevel,
            "bi-level-2nd" => OptimizationSchemes.BiLevelSecondOrder,
            _ => OptimizationSchemes.SingleLevel,
        },
        Execution = Execution(mode),
        ConvolutionType = mode == "bfloat16" ? torch.ScalarType.BFloat16 : null,
    };

    private static CellExecution Execution(string mode) => mode switch
    {
        "per-edge" => CellExecution.PerEdge,
        "recomputation" => CellExecution.MergedWithRecomputation,
        _ => CellExecution.Merged,
    };

    private static void Wait(StepSettings settings)
    {
        if (settings.Device.StartsWith("cuda", StringComparison.Ordinal))
            torch.cuda.synchronize(Devices.Parse(settings.Device));
    }

    private static void Say(object values) => Console.WriteLine(JsonSerializer.Serialize(values));
}
