using System.Text;
using System.Text.Json;
using SingleDarts.Core.Runtime;
using Spectre.Console;

namespace Benchmarks;

/// <summary>Runs contestants in turn, round after round, and compares them within each round.</summary>
internal static class SideBySide
{
    public static int Run(StepSettings settings, string[] modes, int rounds, int steps, string python, string? json)
    {
        EnvironmentHeader.Write(settings);
        var contestants = new List<Contestant>();
        try
        {
            foreach (string mode in modes)
                if (Contestant.Start(mode, settings, python) is { } contestant)
                    contestants.Add(contestant);
                else
                    AnsiConsole.MarkupLineInterpolated($"[yellow]{mode}: '{python}' has no PyTorch; left out[/]");
            foreach (Contestant contestant in contestants)
                contestant.Run(5, records: false);
            for (int round = 0; round < rounds; round++)
                foreach (Contestant contestant in contestants)
                    contestant.Run(steps);
            Print(contestants, rounds);
            if (json is not null)
                GuardedFolder.WriteFile(json, stream => stream.Write(Encoding.UTF8.GetBytes(Json(settings, contestants))));
        }
        finally
        {
            contestants.ForEach(contestant => contestant.Dispose());
        }
        return 0;
    }

    private static void Print(List<Contestant> contestants, int rounds)
    {
        var table = new Table().AddColumns("", "ms a step", "least", "peak MB").Title("Medians of the rounds' medians");
        foreach (Contestant c in contestants)
            table.AddRow(c.Name, $"{1e3 * Median(c.Rounds.Select(Median)):F0}", $"{1e3 * c.Rounds.SelectMany(r => r).Min():F0}",
                c.PeakBytes == 0 ? "-" : $"{c.PeakBytes / 1e6:F0}");
        AnsiConsole.Write(table);
        var ratios = new Table().AddColumns("ratio of times", "median", "by round", "peak").Title("First named divided by second named");
        foreach (var (a, b) in contestants.SelectMany(a => contestants.Where(b => b != a).Select(b => (a, b))))
        {
            double[] each = [.. Enumerable.Range(0, rounds).Select(i => Median(a.Rounds[i]) / Median(b.Rounds[i]))];
            if (Median(each) <= 1)
                ratios.AddRow($"{a.Name} / {b.Name}", $"{Median(each):F2}", string.Join(' ', each.Select(r => $"{r:F2}")),
                    a.PeakBytes == 0 || b.PeakBytes == 0 ? "-" : $"{(double)a.PeakBytes / b.PeakBytes:F2}");
        }
        AnsiConsole.Write(ratios);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Json(StepSettings settings, List<Contestant> contestants) => JsonSerializer.Serialize(new
    {
        environment = EnvironmentHeader.Lines(settings),
        settings,
        contestants = contestants.Select(c => new { c.Name, c.Version, c.PeakBytes, secondsByRound = c.Rounds }),
    }, new JsonSerializerOptions { WriteIndented = true });
}
