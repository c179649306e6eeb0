using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static PaperTables.Sweeps.SweepReport;

namespace PaperTables.Sweeps;

/// <summary>Sentences that follow from the numbers of a sweep and from nothing else.</summary>
internal static class Verdicts
{
    private const int Edges = 6;

    public static IEnumerable<string> Of(PaperTable table, IReadOnlyList<(PaperRow Row, RowResults Results)> rows)
    {
        RowResults Row(string name) => rows.First(row => row.Row.Name == name).Results;
        return table.Name switch
        {
            "table1" =>
            [
                Beats(PaperTable.Single, Row(PaperTable.Single), PaperTable.FirstOrder, Row(PaperTable.FirstOrder)),
                Beats(PaperTable.Single, Row(PaperTable.Single), PaperTable.SecondOrder, Row(PaperTable.SecondOrder)),
                Collapse(PaperTable.FirstOrder, Row(PaperTable.FirstOrder)), Collapse(PaperTable.SecondOrder, Row(PaperTable.SecondOrder)),
                Collapse(PaperTable.Single, Row(PaperTable.Single)),
            ],
            "table4" =>
            [
                Beats(PaperTable.SingleLevel, Row(PaperTable.SingleLevel), PaperTable.SameSubset, Row(PaperTable.SameSubset)),
                Beats(PaperTable.SameSubset, Row(PaperTable.SameSubset), PaperTable.BiLevel, Row(PaperTable.BiLevel)),
                Collapse(PaperTable.BiLevel, Row(PaperTable.BiLevel)), Collapse(PaperTable.SameSubset, Row(PaperTable.SameSubset)),
                Collapse(PaperTable.SingleLevel, Row(PaperTable.SingleLevel)),
            ],
            "table5" => Steadiness(rows),
            _ => [],
        };
    }

    /// <summary>Whether one mean lies above another, and whether by more than the standard error of the difference, √(s₁²/n₁ + s₂²/n₂).</summary>
    private static string Beats(string better, RowResults first, string worse, RowResults second)
    {
        MeanAndDeviation a = first.Accuracy(NasBench201Metric.Cifar10Test), b = second.Accuracy(NasBench201Metric.Cifar10Test);
        string question = $"Does '{better}' beat '{worse}' on CIFAR-10 test?";
        if (a.Count == 0 || b.Count == 0)
            return $"{question} Not known: no result of '{(a.Count == 0 ? better : worse)}'.";
        double difference = a.Mean - b.Mean, error = Math.Sqrt((a.StandardError * a.StandardError) + (b.StandardError * b.StandardError));
        string size = double.IsNaN(error) ? "its standard error is not known with fewer than two seeds"
            : $"which is {(Math.Abs(difference) > error ? "more" : "not more")} than its standard error of {Number(error)}";
        return $"{question} {(difference > 0 ? "Yes" : "No")}: {Number(a.Mean)} against {Number(b.Mean)}, a difference of {Number(difference, "+0.00;-0.00")}, " +
            $"{size} ({a.Count} and {b.Count} seeds).";
    }

    private static string Collapse(string name, RowResults results)
    {
        string question = $"Does '{name}' collapse to skip connections?";
        if (results.Done == 0)
            return $"{question} Not known: no result.";
        int collapsed = results.Skips.Count(skips => skips == Edges);
        int[] epochs = [.. Enumerable.Range(1, results.Epochs).SelectMany(results.SkipsAfter)];
        string answer = collapsed == results.Done ? "Yes" : collapsed == 0 ? "No" : "Partly";
        return $"{question} {answer}: {collapsed} of {results.Done} genotypes have a skip connection on all {Edges} edges; by seed {string.Join(' ', results.Skips)}. " +
            $"After each epoch: {epochs.Count(skips => skips == Edges)} of {epochs.Length} genotypes, {Number(epochs.Average())} of {Edges} edges on average.";
    }

    /// <summary>Largest minus smallest mean over the rows of a method.</summary>
    private static IEnumerable<string> Steadiness(IReadOnlyList<(PaperRow Row, RowResults Results)> rows)
    {
        var ranges = new List<(string Method, double Range)>();
        foreach (var method in rows.GroupBy(row => row.Row.Name.Split(',')[0]))
        {
            double[] means = [.. method.Select(row => row.Results.Accuracy(NasBench201Metric.Cifar10Test).Mean).Where(double.IsFinite)];
            if (means.Length < method.Count())
            {
                yield return $"Is {method.Key} steady? Not known: {means.Length} of {method.Count()} rows have results.";
                continue;
            }
            ranges.Add((method.Key, means.Max() - means.Min()));
            yield return $"Is {method.Key} steady? Over {means.Length} rows its CIFAR-10 test ranges from {Number(means.Min())} to {Number(means.Max())}, by {Number(means.Max() - means.Min())}.";
        }
        if (ranges.Count == 2)
            yield return $"The steadier of the two is {(ranges[0].Range == ranges[1].Range ? "neither" : ranges.MinBy(r => r.Range).Method)}.";
    }
}
