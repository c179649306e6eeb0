using PaperTables.Sweeps.Definitions;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static PaperTables.Sweeps.SweepReport;

namespace PaperTables.Sweeps;

/// <summary>Sentences that follow from the numbers of a sweep and from nothing else.</summary>
internal static class Verdicts
{
    private const int Edges = 6;

    public static IEnumerable<string> Of(SweepDefinition table, IReadOnlyList<(DefinitionRow Row, RowResults Results)> rows)
    {
        RowResults Row(string name) => rows.First(row => row.Row.Name == name).Results;
        return table.Verdicts.SelectMany(verdict => verdict.Kind switch
        {
            DefinitionVerdict.Beats => [Beats(verdict.Names[0], Row(verdict.Names[0]), verdict.Names[1], Row(verdict.Names[1]))],
            DefinitionVerdict.Collapses => verdict.Names.Select(name => Collapse(name, Row(name))),
            _ => Steadiness(verdict.Names, rows),
        });
    }

    /// <summary>Whether one mean lies above another, and whether by more than the standard error of the difference, √(s₁²/n₁ +
    /// s₂²/n₂).</summary>
    private static string Beats(string better, RowResults first, string worse, RowResults second)
    {
        MeanAndDeviation a = first.Accuracy(NasBench201Metric.Cifar10Test), b = second.Accuracy(NasBench201Metric.Cifar10Test);
        string question = $"Does '{better}' beat '{worse}' on CIFAR-10 test?";
        if (a.Count == 0 || b.Count == 0)
            return $"{question} Not known: no result of '{(a.Count == 0 ? better : worse)}'.";
        double difference = a.Mean - b.Mean, error = Math.Sqrt((a.StandardError * a.StandardError) + (b.StandardError * b.StandardError));
        string size = double.IsNaN(error) ? "its standard error is not known with fewer than two seeds"
            : $"which is {(Math.Abs(difference) > error ? "more" : "not more")} than its standard error of {Number(error)}";
        return $"{question} {(difference > 0 ? "Yes" : "No")}: {Number(a.Mean)} against {Number(b.Mean)}, a difference of " +
            $"{Number(difference, "+0.00;-0.00")}, " +
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
        return $"{question} {answer}: {collapsed} of {results.Done} genotypes have a skip connection on all {Edges} edges; by seed " +
            $"{string.Join(' ', results.Skips)}. " +
            $"After each epoch: {epochs.Count(skips => skips == Edges)} of {epochs.Length} genotypes, {Number(epochs.Average())} of " +
            $"{Edges} edges on average.";
    }

    /// <summary>Largest minus smallest mean over the rows of each method.</summary>
    private static IEnumerable<string> Steadiness(
        IReadOnlyList<string> methods, IReadOnlyList<(DefinitionRow Row, RowResults Results)> rows)
    {
        var ranges = new List<(string Method, double Range)>();
        foreach (string method in methods)
        {
            RowResults[] of = [.. rows.Where(row => row.Row.Method == method && row.Row.Search is not null).Select(row => row.Results)];
            double[] means = [.. of.Select(results => results.Accuracy(NasBench201Metric.Cifar10Test).Mean).Where(double.IsFinite)];
            if (means.Length < of.Length)
            {
                yield return $"Is {method} steady? Not known: {means.Length} of {of.Length} rows have results.";
                continue;
            }
            ranges.Add((method, means.Max() - means.Min()));
            yield return $"Is {method} steady? Over {means.Length} rows its CIFAR-10 test ranges from {Number(means.Min())} to " +
                $"{Number(means.Max())}, by {Number(means.Max() - means.Min())}.";
        }
        if (ranges.Count == methods.Count && methods.Count > 1)
            yield return $"The {(methods.Count == 2 ? "steadier of the two" : "steadiest")} is " +
                $"{(ranges.All(r => r.Range == ranges[0].Range) ? "neither" : ranges.MinBy(r => r.Range).Method)}.";
    }
}
