using System.Globalization;
using System.Text.RegularExpressions;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The page of Table 4 against the results beside it.</summary>
public class SweepResultsPage
{
    private const string Page = "docs/results/table-4.md", Results = "docs/results/tables-4-and-5";

    [Theory]
    [InlineData("cpu", 36)]
    [InlineData("cpu-5", 9)]
    public void Results_belong_to_their_trials(string name, int trials)
    {
        SweepFolder sweep = Open(name);
        sweep.Plan.Trials.Should().HaveCount(trials);
        sweep.Plan.Trials.Where(trial => sweep.ReadResult(trial) is not null).Should()
            .HaveCount(Directory.GetFiles(Path.Combine(sweep.Path, "done")).Length);
    }

    [DataFact("nasbench201.csv.gz")]
    public void Table_4_is_that_of_the_results()
    {
        var table = NasBench201Table.Load(DataFactAttribute.PathOf("nasbench201.csv.gz"));
        foreach (var (sweep, column) in new[] { ("cpu", 3), ("cpu-5", 5) })
        {
            Compare(table, sweep, "table4/bi-level", "bi-level", column);
            Compare(table, sweep, "table4/same subset", "same subset, two batches", column);
            Compare(table, sweep, "table4/same subset, same batch", "same batch (single-level)", column);
        }
    }

    private static void Compare(NasBench201Table table, string sweepName, string group, string row, int column)
    {
        SweepFolder sweep = Open(sweepName);
        Genotype[] found = [.. sweep.Plan.Groups.Single(g => g.Name == group).Trials.Select(trial =>
            Genotype.Parse(sweep.ReadResult(trial)!["genotype"]!.ToString()))];
        double[] accuracies = [.. found.Select(genotype => table[genotype].Cifar10Test)];
        double mean = accuracies.Average(), deviation = Math.Sqrt(accuracies.Sum(a => (a - mean) * (a - mean)) / (accuracies.Length - 1));
        string[] printed = [.. Regex.Match(Repository.Read(Page), $@"^\| {Regex.Escape(row)} \|.*$", RegexOptions.Multiline).Value.Split(
            '|').Select(part => part.Trim())];
        printed[column].Should().Be(string.Create(CultureInfo.InvariantCulture, $"{mean:F2} ± {deviation:F2}"));
        printed[column + 1].Should().Be(string.Join(' ', found.Select(genotype => genotype.Count("skip_connect"))));
    }

    private static SweepFolder Open(string name) => SweepFolder.Open(Path.Combine(Repository.Root, Results, name));
}
