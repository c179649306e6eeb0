using System.Globalization;
using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Whether the columns of a table of NAS-Bench-201 can be what their names claim. The 341 cells without a path from the input say the same
/// class for every image, so that a column's mean over them is the share of a class: in percent 10 for CIFAR-10, 1 for CIFAR-100 and 0.833
/// for ImageNet16-120.
/// </summary>
internal static class NasBench201Columns
{
    private const double Tolerance = 0.08;

    private static readonly (string Data, double Chance)[] sets = [("CIFAR-10", 10), ("CIFAR-100", 1), ("ImageNet16-120", 100.0 / 120)];

    private static readonly (string Column, NasBench201Metric Metric, int Set)[] columns =
    [
        ("cifar10_valid", NasBench201Metric.Cifar10Validation, 0), ("cifar10_test", NasBench201Metric.Cifar10Test, 0),
        ("cifar100_valid", NasBench201Metric.Cifar100Validation, 1), ("cifar100_test", NasBench201Metric.Cifar100Test, 1),
        ("imagenet16_valid", NasBench201Metric.ImageNet16Validation, 2), ("imagenet16_test", NasBench201Metric.ImageNet16Test, 2),
    ];

    /// <summary>The columns of accuracies. A column may have one of seconds beside it, of its name and one of both endings.</summary>
    public static IEnumerable<(string Column, NasBench201Metric Metric)> Accuracies =>
        columns.Select(column => (column.Column, column.Metric));

    /// <summary>Ending of a column of seconds of an evaluation.</summary>
    public const string Seconds = "_seconds";

    /// <summary>Ending of a column of seconds of an epoch of training.</summary>
    public const string SecondsPerEpoch = "_seconds_per_epoch";

    /// <summary>What is wrong with the accuracies of all cells: what was found and what was expected; <see langword="null"/> if nothing
    /// is.</summary>
    public static (string Found, string Expected)? Fault(IReadOnlyList<NasBench201Result> rows)
    {
        NasBench201Result[] blind = [.. rows.Where(row => !NasBench201Genotypes.IsValid(row.Genotype))];
        foreach (var (column, metric, set) in columns)
        {
            double mean = blind.Average(row => row.Accuracy(metric)), all = rows.Average(row => row.Accuracy(metric));
            if (!IsChance(mean, set) || all < mean)
                return (string.Create(CultureInfo.InvariantCulture,
                        $"in column {column} a mean of {all:G4}, and of {mean:G4} over the {blind.Length} cells without a path from the " +
                        $"input, {Reading(mean, all)}"),
                    string.Create(CultureInfo.InvariantCulture,
                        $"{sets[set].Chance:G4}, the chance level of {sets[set].Data} in percent, because its name says so"));
        }
        double half = rows.Average(row => row.Cifar10Validation), whole = rows.Average(row => row.Cifar10Test);
        return half < whole ? null : (
            string.Create(CultureInfo.InvariantCulture, $"a mean of {half:F2} in cifar10_valid and of {whole:F2} in cifar10_test"),
            "a lower mean in cifar10_valid, whose networks are trained on half of the images; the two columns may be exchanged");
    }

    /// <summary>What is wrong with the parameters of a cell's CIFAR-10 network, or <see langword="null"/>.</summary>
    public static (string Found, string Expected)? ParametersFault(Genotype genotype, double found) => Fault("params", found,
        73_306 + (28_000 * genotype.Count("nor_conv_1x1")) + (243_040 * genotype.Count("nor_conv_3x3")),
        n => [("the CIFAR-100 network's", n + (65 * 90)), ("the ImageNet16-120 network's", n + (65 * 110))]);

    /// <summary>What is wrong with the multiply-adds of a cell's CIFAR-10 network, or <see langword="null"/>.</summary>
    public static (string Found, string Expected)? FlopsFault(Genotype genotype, double found) => Fault("flops", found,
        7_783_040 + (3_932_160L * genotype.Count("nor_conv_1x1")) + (35_389_440L * genotype.Count("nor_conv_3x3")),
        n => [("multiplications and additions", 2 * n), ("the CIFAR-100 network's", n + (64 * 90))]);

    private static (string Found, string Expected)? Fault(
        string column, double found, long expected, Func<double, IEnumerable<(string Name, double Value)>> others)
    {
        if (found == expected)
            return null;
        string? reading = others(expected)
            .SelectMany(other => new[] { other, ($"{other.Name}, in millions", other.Value / 1e6) })
            .Prepend(("thousands", expected / 1e3)).Prepend(("millions", expected / 1e6))
            .Where(other => Math.Abs(found - other.Item2) <= 1e-3 * other.Item2).Select(other => other.Item1).FirstOrDefault();
        return (string.Create(CultureInfo.InvariantCulture,
                $"{found} in column {column}{(reading is null ? "" : $", which reads like {reading}")}"),
            string.Create(CultureInfo.InvariantCulture, $"{expected}, that of the CIFAR-10 network of the cell; or leave the column out"));
    }

    private static bool IsChance(double percent, int set) => Math.Abs(percent - sets[set].Chance) <= Tolerance * sets[set].Chance;

    private static string Reading(double mean, double all)
    {
        (string, double)[] readings = all >= mean
            ? [("accuracies", mean), ("fractions", 100 * mean)]
            : [("error rates", 100 - mean), ("error rates as fractions", 100 - (100 * mean))];
        foreach (var (text, percent) in readings)
            for (int set = 0; set < sets.Length; set++)
                if (IsChance(percent, set))
                    return $"which reads like {text} of {sets[set].Data}";
        return "which is the chance level of none of the data sets";
    }
}
