using System.Diagnostics;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>What waits for the device, how long a step takes, and what happens if memory runs out.</summary>
internal static class CostChecks
{
    private const double BusySeconds = 0.4;

    public static IReadOnlyList<DeviceCheck> All { get; } =
    [
        new("no part of a step waits for the device", Waits),
        new("time of a step", StepTime),
        new("out of memory in a forward pass", OutOfMemory),
    ];

    /// <summary>
    /// Gives the device work for some tenths of a second and then looks whether the host gets through a part of a step before that work
    /// is done. The net is small, because a device takes only about a thousand calls ahead.
    /// </summary>
    private static string Waits(CheckedDevice d)
    {
        if (!d.IsCuda)
            throw new CheckSkippedException($"{d.Name} has no queue that could be looked at from here; not counted");
        using var scope = NewDisposeScope();
        using ClassificationDataset data = GeneratedImages.Create(64, seed: 1, size: 16);
        using var source = new BatchSource(data, d.Device, ScalarType.Float32, ImageAugmentation.Cifar10Training);
        using var generator = new Generator(1UL);
        var size = new StepSettings(4, 1, 8, 16, 1, d.Name);
        using var subject = new SupernetStep(size, CellExecution.Merged, OptimizationSchemes.SingleLevel);
        using var relaxed = new Supernet(
            SearchSpaces.NasBench201(4, 4, 1, 3, 16, 16), new OneHot(), new SupernetOptions { Device = d.Device });
        Tensor input = randn([8, 3, 16, 16], device: d.Device), large = randn([4096, 4096], device: d.Device);
        (string Name, Action Part, bool MayWait)[] parts =
        [
            ("batch", () => source.Get([.. Enumerable.Range(0, 32).Select(i => (long)i)], generator), false),
            ("step", subject.Run, false),
            ("forward pass of a hard relaxation (reads p once)", () => relaxed.call(input), true),
        ];
        foreach (var (_, part, _) in parts)
            for (int i = 0; i < 3; i++)
                Run(part);
        d.Wait();
        int products = Products(d, large);
        var said = new List<string>();
        foreach (var (name, part, mayWait) in parts)
        {
            for (int i = 0; i < products; i++)
                large.matmul(large).Dispose();
            long begun = Stopwatch.GetTimestamp();
            Run(part);
            double host = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            d.Wait();
            bool waits = host > BusySeconds / 2;
            said.Add($"{name}: {(waits ? "waits" : "does not wait")} ({1e3 * host:F0} ms beside {1e3 * BusySeconds:F0} ms of other work)");
            if (waits && !mayWait)
                throw new InvalidOperationException(said[^1]);
        }
        return string.Join("; ", said);

        static void Run(Action part)
        {
            using var inner = NewDisposeScope();
            part();
        }
    }

    /// <summary>How many products of large matrices keep the device busy.</summary>
    private static int Products(CheckedDevice d, Tensor large)
    {
        const int Measured = 10;
        large.matmul(large).Dispose();
        d.Wait();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < Measured; i++)
            large.matmul(large).Dispose();
        d.Wait();
        return Math.Clamp((int)(BusySeconds * Measured / Stopwatch.GetElapsedTime(begun).TotalSeconds), 1, 500);
    }

    private static string StepTime(CheckedDevice d)
    {
        StepSettings size = d.Device.type == TorchSharp.DeviceType.CPU ? new(4, 1, 8, 16, 1, "cpu") : StepSettings.Paper;
        (double Host, double All) Time(StepSettings settings, int steps)
        {
            using var subject = new SupernetStep(settings, CellExecution.Merged, OptimizationSchemes.SingleLevel);
            subject.Run();
            subject.Run();
            bool isDevice = settings.Device != "cpu";
            var times = new List<(double Host, double All)>();
            for (int i = 0; i < steps; i++)
            {
                if (isDevice)
                    d.Wait();
                long begun = Stopwatch.GetTimestamp();
                subject.Run();
                NativeMemory.ReleaseGarbage();
                double host = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                if (isDevice)
                    d.Wait();
                times.Add((host, Stopwatch.GetElapsedTime(begun).TotalSeconds));
            }
            return (Median(times.Select(t => t.Host)), Median(times.Select(t => t.All)));
        }
        set_num_threads(size.Threads);
        double cpu = Time(size with { Device = "cpu" }, 3).All;
        set_num_threads(1);
        string text = $"{size.Channels} channels, {size.Cells} cells a stage, batch {size.Batch} of {size.Size}x{size.Size}, float32: " +
            $"CPU {1e3 * cpu:F1} ms";
        if (size.Device == d.Name)
            return text;
        var (host, all) = Time(size with { Device = d.Name }, 20);
        return $"{text}, {d.Name} {1e3 * all:F1} ms ({cpu / all:F1} times as fast), of which the host {1e3 * host:F1} ms";
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    /// <summary>Asks for a batch that no memory holds, expects an exception, and goes on with a small one.</summary>
    private static string OutOfMemory(CheckedDevice d)
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(SearchSpaces.NasBench201(4, 4, 1, 3, 16, 16), null, new SupernetOptions { Device = d.Device });
        string message;
        try
        {
            supernet.call(zeros([1, 3, 16, 16], device: d.Device).expand(1L << 38, 3, 16, 16));
            throw new InvalidOperationException("a batch of 2^38 images was computed");
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            // TorchScript says where it was before it says what happened.
            message = e.Message.Split('\n').FirstOrDefault(line => line.StartsWith("RuntimeError", StringComparison.Ordinal)) ?? e.Message;
        }
        supernet.call(zeros([1, 3, 16, 16], device: d.Device)).cpu();
        return $"named ({message[..Math.Min(message.Length, 150)]}), and the next batch is computed";
    }
}
