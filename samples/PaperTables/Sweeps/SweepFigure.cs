using PaperTables.Figures;
using PaperTables.Sweeps.Definitions;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The genotypes of a sweep after each epoch: a line for the mean of every row, a band from the smallest to the largest over
/// seeds.</summary>
internal static class SweepFigure
{
    /// <summary>Two figures for each table with results; without a benchmark, that of accuracy is left out.</summary>
    /// <exception cref="ArgumentException">No search is done.</exception>
    public static IEnumerable<string> Draw(SweepFolder sweep, NasBench201Table? benchmark, string folder)
    {
        string[] files = [.. SweepTables.Of(sweep).SelectMany(table => Draw(sweep, table, benchmark, folder))];
        return files.Length > 0 ? files : throw new ArgumentException($"There is nothing to draw; no search of {sweep.Path} is done.");
    }

    private static IEnumerable<string> Draw(SweepFolder sweep, SweepDefinition table, NasBench201Table? benchmark, string folder)
    {
        // Rows of one table that name the same searches are one line.
        var rows = table.Rows.Select(row =>
            (Row: row, Results: new RowResults(sweep, table.GroupOf(row), benchmark), Trials: Trials(sweep, table.GroupOf(row))))
            .Where(row => row.Results.Done > 0).DistinctBy(row => row.Trials).ToList();
        Band[] Bands(Func<RowResults, int, IEnumerable<double>> values) =>
            [.. rows.Select(row => Of(table, row.Row, row.Results, values)).Where(band => band.Points.Count > 0)];
        Band[] skips = Bands((row, epoch) => row.SkipsAfter(epoch).Select(count => (double)count));
        Band[] accuracies = Bands((row, epoch) => row.AccuraciesAfter(NasBench201Metric.Cifar10Test, epoch));
        return
        [
            .. skips.Length == 0 ? [] : RunFigure.Draw(skips, "skip connections of 6 edges", sharesY: true, folder, table.Name + "-skips"),
            .. accuracies.Length == 0 ? []
                : RunFigure.Draw(accuracies, "test accuracy on CIFAR-10 (%)", sharesY: true, folder, table.Name + "-accuracy"),
        ];
    }

    private static string Trials(SweepFolder sweep, string group) =>
        string.Join(' ', sweep.Plan.Groups.FirstOrDefault(g => g.Name == group)?.Trials.Select(trial => trial.Hash) ?? []);

    /// <summary>A table of methods has a panel for each.</summary>
    private static Band Of(SweepDefinition table, DefinitionRow row, RowResults results, Func<RowResults, int,
        IEnumerable<double>> values) =>
        new("", row.Method ?? table.Title, row.Label,
        [.. from epoch in Enumerable.Range(1, results.Epochs)
            let seeds = values(results, epoch).ToList()
            where seeds.Count > 0
            select ((double)epoch, seeds.Average(), seeds.Min(), seeds.Max(), seeds.Count)]);
}
