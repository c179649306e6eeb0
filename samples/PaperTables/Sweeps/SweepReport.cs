using System.Globalization;
using System.Text.Json.Nodes;
using PaperTables.Sweeps.Definitions;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>The paper's numbers beside those of a sweep. What was not run stays empty.</summary>
internal static class SweepReport
{
    /// <summary>One table for each definition of the sweep.</summary>
    /// <exception cref="InvalidDataException">A result is damaged, or the sweep has no definition.</exception>
    public static IEnumerable<ReportTable> Of(SweepFolder sweep, NasBench201Table? benchmark) => SweepTables.Of(sweep).Select(table =>
    {
        var rows = table.Rows.Select(row => (Row: row, Results: new RowResults(sweep, table.GroupOf(row), benchmark))).ToList();
        IReadOnlyList<string> notes =
            [.. Heading(sweep, table, benchmark), .. rows.SelectMany(row => row.Results.Unread).Distinct().Select(fault =>
                $"Counts as open: {fault}"), .. Verdicts.Of(table, rows), .. rows.Where(r => r.Row.Note is not null)
                .Select(r => $"{r.Row.Name}: {r.Row.Note}")];
        return table.IsCurve ? Curve(table, rows, notes) : Compare(sweep, table, rows, notes);
    });

    public static string Number(double value, string format = "F2") =>
        double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Heading(SweepFolder sweep, SweepDefinition table, NasBench201Table? benchmark)
    {
        JsonObject? options = sweep.Plan.Groups.FirstOrDefault(group =>
            table.Rows.Any(row => table.GroupOf(row) == group.Name))?.Trials.FirstOrDefault()?.Options;
        string open = string.Join(", ", table.Open.Select(name => $"{name} {options?[name]?.ToJsonString() ?? "none"}"));
        yield return $"Scale {sweep.Plan.Definition["scale"]}{(open.Length > 0 ? $"; left open by the paper: {open}" : "")}.";
        string[] variants = [.. (sweep.Plan.Definition["variants"] as JsonArray ?? []).OfType<JsonNode>()
            .Select(name => name.ToString()).Where(name => table.Rows.Any(row => row.Variants.ContainsKey(name)))];
        if (variants.Length > 0)
            yield return $"Variants: {string.Join(", ", variants)}.";
        if (table.Rates.Count > 0 && sweep.Plan.Definition["rateFactor"] is JsonValue value && value.TryGetValue(out double factor)
            && factor != 1)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The options {string.Join(" and ", table.Rates)} are {factor} times those that the rows name.");
        yield return benchmark is null
            ? "No table of NAS-Bench-201 was given, so there are no accuracies; give --table."
            : "Accuracies are those of NAS-Bench-201 for the genotypes found, in percent; ± and s are sample standard deviations over " +
                "seeds.";
        if (table.Rows.Any(row => row.Search is null))
            yield return "Rows marked 'paper only' are printed from the paper; they were not searched.";
    }

    private static ReportTable Compare(
        SweepFolder sweep, SweepDefinition table, List<(DefinitionRow Row, RowResults Results)> rows, IReadOnlyList<string> notes) =>
            new(table.Title,
        ["row", "metric", "paper", "ours", "difference", "s", "seeds", "skips of 6", "minutes", "device", "data"],
        [.. from row in rows from metric in table.Metrics.Union(row.Row.Published.Keys)
            .Order() select Line(sweep, row.Row, row.Results, metric)], notes);

    private static string[] Line(SweepFolder sweep, DefinitionRow row, RowResults results, NasBench201Metric metric)
    {
        MeanAndDeviation ours = results.Accuracy(metric);
        bool isPublished = row.Published.TryGetValue(metric, out PublishedValue paper);
        string printed = !isPublished ? "" : paper.Deviation is { } deviation ? $"{Number(paper.Mean)} ± {Number(deviation)}"
            : Number(paper.Mean);
        return row.Search is null
            ? [$"{row.Name} (paper only)", metric.ToString(), printed, "", "", "", "", "", "", "", ""]
            : [row.Name, metric.ToString(), printed, Number(ours.Mean), isPublished ? Number(ours.Mean - paper.Mean, "+0.00;-0.00") : "",
                Number(ours.StandardDeviation),
                $"{results.Done} of {results.Planned}", string.Join(' ', results.Skips), Number(results.Seconds.Mean / 60, "F1"),
                results.All("device"), Data(sweep, results)];
    }

    private static string Data(SweepFolder sweep, RowResults results) =>
        results.Done == 0 ? "" : sweep.Plan.Definition["dataName"]?.ToString() ?? results.All("data");

    private static ReportTable Curve(SweepDefinition table, List<(DefinitionRow Row, RowResults Results)> rows,
        IReadOnlyList<string> notes) => new(table.Title,
        ["row", "epoch", "accuracy", "s", "seeds"],
        [.. from row in rows
            from epoch in Enumerable.Range(1, row.Results.Epochs)
            let accuracy = MeanAndDeviation.Of(row.Results.AccuraciesAfter(table.Metrics[0], epoch))
            select (string[])[row.Row.Name, Number(epoch, "F0"), Number(accuracy.Mean), Number(accuracy.StandardDeviation),
                $"{row.Results.Done} of {row.Results.Planned}"]],
        notes);
}
