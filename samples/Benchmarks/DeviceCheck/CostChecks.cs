using System.Diagnostics;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>What waits for the device, how long a step takes, and what happens if memory runs out.</summary>
internal static class CostChecks
{
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
        SearchSpace space = SearchSpaces.NasBench201(data.Classes, 4, 1, 3, 16, 16);
        using var supernet = new Supernet(space, null, new SupernetOptions { Device = d.Device });
        using var sampled = new Supernet(space, new OneHot(), new SupernetOptions { Device = d.Device });
        using var weights = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.01).ClipGradientNorm(5), supernet.Weights);
        using var architecture = new ScheduledOptimizer(OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999), supernet.Architecture.Named);
        long[] samples = [.. Enumerable.Range(0, 32).Select(i => (long)i)];
        LabeledBatch batch = source.Get(samples, generator);
        Tensor loss = batch.Inputs;
        void Forward() => loss = nn.functional.cross_entropy(supernet.call(batch.Inputs), batch.Labels);
        void Backward()
        {
            Forward();
            loss.backward();
        }
        Part[] parts =
        [
            new("batch", () => { }, () => source.Get(samples, generator)),
            new("forward pass", () => { }, Forward),
            new("backward pass", Forward, () => loss.backward()),
            new("updates", Backward, () => { weights.Step(); architecture.Step(); }),
            new("forward pass of a hard relaxation, which reads p once", () => { }, () => sampled.call(batch.Inputs), MayWait: true),
        ];
        backends.cuda.matmul.allow_tf32 = false;
        using var large = new Load(d);
        var said = new List<string>();
        foreach (Part part in parts)
        {
            for (int i = 0; i < 3; i++)
                part.Time(d, () => { });
            double host = part.Time(d, large.Begin);
            bool waits = host > Load.Seconds / 2;
            said.Add(
                $"{part.Name} {(waits ? "waits" : "does not wait")} ({1e3 * host:F0} ms beside {1e3 * Load.Seconds:F0} ms of other work)");
            if (waits && !part.MayWait)
                throw new InvalidOperationException(said[^1]);
        }
        return string.Join("; ", said);
    }

    private static string StepTime(CheckedDevice d)
    {
        StepSettings size = d.Device.type == TorchSharp.DeviceType.CPU ? new(4, 1, 8, 16, 1, "cpu") : StepSettings.Paper;
        (double Host, double All) Time(StepSettings settings, int steps)
        {
            using var subject = new SupernetStep(settings, settings.Space, new SearchOptions());
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

    /// <summary>Asks for a batch that no memory holds, expects an exception, and continues with a small one.</summary>
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

    /// <param name="Name">Part of a step.</param>
    /// <param name="Prepare">What comes before it.</param>
    /// <param name="Run">The part.</param>
    /// <param name="MayWait">Whether it reads the device by its nature.</param>
    private sealed record Part(string Name, Action Prepare, Action Run, bool MayWait = false)
    {
        /// <summary>Seconds until the host has given the part to the device, behind other work.</summary>
        public double Time(CheckedDevice d, Action occupy)
        {
            using var scope = NewDisposeScope();
            Prepare();
            d.Wait();
            occupy();
            long begun = Stopwatch.GetTimestamp();
            Run();
            double host = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            d.Wait();
            return host;
        }
    }

    /// <summary>Products of large matrices that keep the device busy for a known time with few calls.</summary>
    private sealed class Load : IDisposable
    {
        public const double Seconds = 0.4;
        private const int Measured = 3;
        private readonly Tensor matrix;
        private readonly int products;

        public Load(CheckedDevice d)
        {
            matrix = randn([8192, 8192], device: d.Device);
            Multiply(1);
            d.Wait();
            long begun = Stopwatch.GetTimestamp();
            Multiply(Measured);
            d.Wait();
            products = Math.Clamp((int)Math.Ceiling(Seconds * Measured / Stopwatch.GetElapsedTime(begun).TotalSeconds), 1, 200);
        }

        public void Begin() => Multiply(products);

        public void Dispose() => matrix.Dispose();

        private void Multiply(int times)
        {
            for (int i = 0; i < times; i++)
                matrix.matmul(matrix).Dispose();
        }
    }
}
