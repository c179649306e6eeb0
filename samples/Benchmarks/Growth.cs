using Spectre.Console;

namespace Benchmarks;

/// <summary>How time and memory of a step grow with batch, channels, cells and threads, one at a time.</summary>
internal static class Growth
{
    public static int Run(StepSettings settings, int steps)
    {
        EnvironmentHeader.Write(settings);
        var table = new Table().AddColumns("", "merged ms", "peak MB", "per-edge ms", "peak MB", "ratio");
        foreach (int batch in new[] { 16, 32, 64, 128 })
            Measure(table, $"batch {batch}", settings with { Batch = batch }, steps);
        foreach (long channels in new[] { 4L, 8, 16, 32 })
            Measure(table, $"channels {channels}", settings with { Channels = channels }, steps);
        foreach (int cells in new[] { 1, 3, 5 })
            Measure(table, $"cells {cells}", settings with { Cells = cells }, steps);
        for (int threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
            Measure(table, $"threads {threads}", settings with { Threads = threads }, steps);
        AnsiConsole.Write(table);
        return 0;
    }

    private static void Measure(Table table, string name, StepSettings settings, int steps)
    {
        using Contestant merged = Contestant.Start("merged", settings, "")!, perEdge = Contestant.Start("per-edge", settings, "")!;
        foreach (Contestant contestant in new[] { merged, perEdge })
            contestant.Run(4, records: false);
        for (int round = 0; round < 3; round++)
            foreach (Contestant contestant in new[] { merged, perEdge })
                contestant.Run(steps);
        double a = Median(merged), b = Median(perEdge);
        table.AddRow(name, $"{1e3 * a:F0}", $"{merged.PeakBytes / 1e6:F0}", $"{1e3 * b:F0}", $"{perEdge.PeakBytes / 1e6:F0}",
            $"{a / b:F2}");
        AnsiConsole.MarkupLineInterpolated($"[grey]{name}: {1e3 * a:F0} and {1e3 * b:F0} ms[/]");
    }

    private static double Median(Contestant contestant)
    {
        double[] all = [.. contestant.Rounds.SelectMany(r => r).Order()];
        return all[all.Length / 2];
    }
}
