using System.Globalization;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The paper's numbers beside those of a sweep. What was not run stays empty.</summary>
internal static class SweepReport
{
    /// <summary>One table for each definition of the sweep.</summary>
    /// <exception cref="InvalidDataException">A result is damaged, or the sweep is none of the paper's tables.</exception>
    public static IEnumerable<ReportTable> Of(SweepFolder sweep, NasBench201Table? benchmark)
    {
        return Tables(sweep).Select(table =>
        {
            var rows = table.Rows.Select(row => (Row: row, Results: new RowResults(sweep, table.GroupOf(row), benchmark))).ToList();
            IReadOnlyList<string> notes = [.. Heading(sweep, table, benchmark), .. Verdicts.Of(table, rows), .. rows.Where(r => r.Row.Note is not null).Select(r => $"{r.Row.Name}: {r.Row.Note}")];
            return table.Name == "figure1" ? Curve(table, rows, notes) : Compare(sweep, table, rows, notes);
        });
    }

    /// <summary>The tables that a sweep was planned for.</summary>
    /// <exception cref="InvalidDataException">It is none of the paper's, or the data changed while it ran.</exception>
    public static IReadOnlyList<PaperTable> Tables(SweepFolder sweep)
    {
        RequireSameData(sweep);
        string[] names = [.. sweep.Plan.Definition["tables"]?.AsArray().Select(name => name!.ToString()) ?? []];
        return names.Length > 0 ? [.. names.Select(PaperTable.Of)]
            : throw new InvalidDataException($"The sweep in {sweep.Path} names no table of the paper; it was planned by another program.");
    }

    public static string Number(double value, string format = "F2") =>
        double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Trials that read the same part of the same data must have read the same samples. Results of earlier versions do not say what they read.</summary>
    private static void RequireSameData(SweepFolder sweep)
    {
        var done = from trial in sweep.Plan.Trials
                   let hash = sweep.ReadResult(trial)?["dataSha256"]?.ToString()
                   where hash is not null
                   let settings = TrialSettings.Read(trial)
                   group (Trial: trial, Hash: hash) by (settings.Data, settings.Samples, settings.PortionOfData, settings.ImageSize);
        foreach (var same in done)
            if (same.FirstOrDefault(other => other.Hash != same.First().Hash) is { Trial: { } changed })
                throw new InvalidDataException(
                    $"The data {same.Key.Data} changed while the sweep ran: {sweep.ResultFile(same.First().Trial)} and {sweep.ResultFile(changed)} are of " +
                    "different samples. Delete the results of the wrong ones and run the sweep again, or plan another.");
    }

    private static IEnumerable<string> Heading(SweepFolder sweep, PaperTable table, NasBench201Table? benchmark)
    {
        string Choice(string name) => sweep.Plan.Definition[name]?.ToString() ?? "none";
        yield return $"Scale {Choice("scale")}; portion of single-level {Choice("portion")}, Nesterov {Choice("nesterov")}, clipping {Choice("clip")}, " +
            $"weight decay of α {Choice("alphaWeightDecay")}{(table.Name == "table5" ? $", rows Adam move w by Adam {Choice("adamForWeights")}" : "")}.";
        if (table.Name is "table4" or "table5" && sweep.Plan.Definition["rateFactor"]?.GetValue<double>() is { } factor and not 1)
            yield return string.Create(CultureInfo.InvariantCulture, $"The learning rates of w and α are {factor} times those that the rows name.");
        yield return benchmark is null
            ? "No table of NAS-Bench-201 was given, so there are no accuracies; give --table."
            : "Accuracies are those of NAS-Bench-201 for the genotypes found, in percent; ± and s are sample standard deviations over seeds.";
        if (table.Rows.Any(row => row.Search is null))
            yield return "Rows marked 'paper only' are printed from the paper; they were not searched.";
    }

    private static ReportTable Compare(
        SweepFolder sweep, PaperTable table, List<(PaperRow Row, RowResults Results)> rows, IReadOnlyList<string> notes) => new(table.Title,
        ["row", "metric", "paper", "ours", "difference", "s", "seeds", "skips of 6", "minutes", "device", "data"],
        [.. from row in rows from metric in table.Metrics.Union(row.Row.Printed.Keys).Order() select Line(sweep, row.Row, row.Results, metric)], notes);

    private static string[] Line(SweepFolder sweep, PaperRow row, RowResults results, NasBench201Metric metric)
    {
        MeanAndDeviation ours = results.Accuracy(metric);
        bool isPrinted = row.Printed.TryGetValue(metric, out PaperValue paper);
        string printed = !isPrinted ? "" : paper.Deviation is { } deviation ? $"{Number(paper.Mean)} ± {Number(deviation)}" : Number(paper.Mean);
        return row.Search is null
            ? [$"{row.Name} (paper only)", metric.ToString(), printed, "", "", "", "", "", "", "", ""]
            : [row.Name, metric.ToString(), printed, Number(ours.Mean), isPrinted ? Number(ours.Mean - paper.Mean, "+0.00;-0.00") : "", Number(ours.StandardDeviation),
                $"{results.Done} of {results.Planned}", string.Join(' ', results.Skips), Number(results.Seconds.Mean / 60, "F1"), results.All("device"), Data(sweep, results)];
    }

    private static string Data(SweepFolder sweep, RowResults results) =>
        results.Done == 0 ? "" : sweep.Plan.Definition["dataName"]?.ToString() ?? results.All("data");

    private static ReportTable Curve(PaperTable table, List<(PaperRow Row, RowResults Results)> rows, IReadOnlyList<string> notes) => new(table.Title,
        ["row", "epoch", "accuracy", "s", "seeds"],
        [.. from row in rows
            from epoch in Enumerable.Range(1, row.Results.Epochs)
            let accuracy = MeanAndDeviation.Of(row.Results.AccuraciesAfter(table.Metrics[0], epoch))
            select (string[])[row.Row.Name, Number(epoch, "F0"), Number(accuracy.Mean), Number(accuracy.StandardDeviation), $"{row.Results.Done} of {row.Results.Planned}"]],
        notes);
}
