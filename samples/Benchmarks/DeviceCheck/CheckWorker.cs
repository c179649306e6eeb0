using System.Diagnostics;
using SingleDarts.Core.Runtime;
using TorchSharp;

namespace Benchmarks;

/// <summary>The process that checks. It says what it begins before it begins it, so that what ends the process is known.</summary>
internal static class CheckWorker
{
    private const string First = "libtorch and the device";
    private const int LongestDetail = 400;

    /// <summary>The names of the checks in order: loading libtorch first.</summary>
    /// <param name="only">Text in the names of those that are wanted.</param>
    public static IReadOnlyList<string> Names(string only) => [First, .. Wanted(only).Select(check => check.Name)];

    /// <param name="name">The device; <see langword="null"/> for CUDA if the machine has it and the CPU otherwise.</param>
    /// <param name="only">Text in the names of the checks that are wanted.</param>
    /// <param name="from">Index of the first one to run.</param>
    public static int Run(string? name, string only, int from)
    {
        DeviceCheck[] checks = [.. Wanted(only)];
        CheckedDevice? device = null;
        var load = new DeviceCheck(First, _ => Describe(device = Open(name)));
        if (from == 0)
            Try(0, load, null!);
        else
            device = Open(name);
        for (int i = Math.Max(from, 1); i <= checks.Length; i++)
            if (device is null)
                Say(new CheckEvent(i, checks[i - 1].Name, CheckEvent.Skipped, 0, "there is no device"));
            else
                Try(i, checks[i - 1], device);
        return 0;
    }

    private static IEnumerable<DeviceCheck> Wanted(string only) =>
        DeviceCheck.All.Where(check => check.Name.Contains(only, StringComparison.OrdinalIgnoreCase));

    private static CheckedDevice Open(string? name)
    {
        // The nets are so small that a second thread costs more than it gives.
        torch.set_num_threads(1);
        var device = new CheckedDevice(name ?? (torch.cuda.is_available() ? "cuda" : "cpu"));
        if (device.IsCuda)
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = false;
        return device;
    }

    private static string Describe(CheckedDevice device) =>
        $"{device.Name} ({(torch.cuda.is_available() ? torch.cuda.device_count() : 0)} CUDA devices), {TorchRuntime.Description}, " +
        $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}";

    private static void Try(int index, DeviceCheck check, CheckedDevice device)
    {
        Say(new CheckEvent(index, check.Name));
        long begun = Stopwatch.GetTimestamp();
        var (outcome, detail) = Outcome(check, device);
        Say(new CheckEvent(index, check.Name, outcome, Stopwatch.GetElapsedTime(begun).TotalSeconds, detail));
    }

    private static (string, string) Outcome(DeviceCheck check, CheckedDevice device)
    {
        try
        {
            // Before TorchSharp is touched, whose own message does not name the cause.
            TorchRuntime.EnsureLoaded();
            using var scope = torch.NewDisposeScope();
            string detail = check.Run(device);
            device?.Wait();
            return (CheckEvent.Passed, detail);
        }
        catch (CheckSkippedException e)
        {
            return (CheckEvent.Skipped, e.Message);
        }
        catch (Exception e)
        {
            Exception cause = e is AggregateException { InnerExceptions: [var inner] } ? inner : e;
            Console.Error.WriteLine($"{check.Name}: {cause}");
            return (CheckEvent.Failed, $"{cause.GetType().Name}: {OneLine(cause.Message)}");
        }
    }

    /// <summary>The beginning of a message, which from libtorch is followed by a trace of many lines.</summary>
    private static string OneLine(string message)
    {
        string line = string.Join(' ', message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestDetail ? line : line[..LongestDetail] + " ...";
    }

    private static void Say(CheckEvent what)
    {
        Console.Out.WriteLine(what.ToLine());
        Console.Out.Flush();
    }
}
