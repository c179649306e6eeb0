using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;
using static SingleDarts.Core.Spaces.NasBench201Metric;

namespace SingleDarts.Core.Tests.Spaces;

public class NasBench201TableTests
{
    private const string File = "nasbench201.csv.gz";
    private static readonly Lazy<NasBench201Table> lazy = new(() => NasBench201Table.Load(DataFactAttribute.PathOf(File)));
    private static readonly NasBench201Metric[] metrics = Enum.GetValues<NasBench201Metric>();

    private static NasBench201Table Table => lazy.Value;

    [DataFact(File)]
    public void The_table_covers_the_space_once()
    {
        Table.Count.Should().Be(15625);
        Table.Results.Select(r => r.Index).Should().Equal(Enumerable.Range(0, 15625));
        Table.Results.Select(r => r.Genotype).ToHashSet().SetEquals(NasBench201Genotypes.EnumerateAll()).Should().BeTrue();
    }

    [DataFact(File)]
    public void Every_cell_finds_its_own_row() =>
        Table.Results.Should().OnlyContain(r => ReferenceEquals(Table[r.Genotype], r));

    [DataFact(File)]
    public void Best_accuracies_are_the_benchmarks() =>
        metrics.Select(m => Table.Best(m).Accuracy(m)).Should().Equal(91.6067, 94.3733, 73.4933, 73.5133, 46.7333, 47.3111);

    [DataFact(File)]
    public void The_collapsed_cell_has_the_DARTS_row_of_Table_1()
    {
        var row = Table[NasBench201Genotypes.AllSkip];
        row.Index.Should().Be(1835);
        metrics.Select(m => Math.Round(row.Accuracy(m), 2)).Should().Equal(39.77, 54.30, 15.03, 15.61, 16.43, 16.32);
        (row.Parameters, row.Flops).Should().Be((73306, 7783040));
    }

    /// <summary>The cell of convolutions alone, that of ENAS in NATS-Bench, and a neighbour of the collapsed cell.</summary>
    [DataFact(File)]
    public void Cells_that_published_rows_are_of_have_their_numbers()
    {
        Genotype convolutions = NasBench201Genotypes.EnumerateAll().Single(cell => cell.Count("nor_conv_3x3") == 6);
        Table[convolutions].Index.Should().Be(1462);
        metrics.Select(m => Math.Round(Table[convolutions].Accuracy(m), 2)).Should().Equal(90.20, 93.76, 70.71, 71.11, 40.78, 41.44);
        var neighbour = Table[Genotype.Parse(
            "|skip_connect~0|+|skip_connect~0|none~1|+|skip_connect~0|skip_connect~1|skip_connect~2|")];
        neighbour.Index.Should().Be(2299);
        metrics.Skip(2).Select(m => Math.Round(neighbour.Accuracy(m), 2)).Should().Equal(38.57, 38.97, 18.87, 18.41);
    }

    [DataFact(File)]
    public void The_found_cell_has_the_Single_DARTS_row_of_Table_1()
    {
        var row = Table[NasBench201Genotypes.Cifar100Best];
        row.Index.Should().Be(9930);
        metrics.Select(m => Math.Round(row.Accuracy(m), 2)).Should().Equal(91.55, 94.36, 73.49, 73.51, 46.37, 46.34);
        foreach (var metric in new[] { Cifar100Validation, Cifar100Test })
        {
            Table.Best(metric).Should().BeSameAs(row);
            Table.Rank(row.Genotype, metric).Should().Be(1);
            Table.Regret(row.Genotype, metric).Should().Be(0);
        }
        Table.Regret(row.Genotype, Cifar10Test).Should().BeApproximately(94.3733 - 94.3633, 1e-9);
    }

    [DataFact(File)]
    public void Ranks_are_places_in_the_sorted_column_and_equals_share_the_best()
    {
        foreach (var metric in metrics)
        {
            var sorted = Table.Results.Select(r => r.Accuracy(metric)).OrderDescending().ToList();
            foreach (var row in Table.Results.Where((_, i) => i % 97 == 0))
                Table.Rank(row.Genotype, metric).Should().Be(sorted.IndexOf(row.Accuracy(metric)) + 1);
        }
    }

    [DataFact(File)]
    public void Parameters_follow_from_the_operations_alone() => Table.Results.Should().OnlyContain(r =>
        r.Parameters == 73306 + 28000 * r.Genotype.Count("nor_conv_1x1") + 243040 * r.Genotype.Count("nor_conv_3x3"));

    [DataFact(File)]
    public void Cells_of_one_isomorphism_form_are_equally_accurate()
    {
        var forms = Table.Results.Where(r => NasBench201Genotypes.IsValid(r.Genotype))
            .GroupBy(r => NasBench201Genotypes.IsomorphismForm(r.Genotype)).Where(f => f.Count() > 1).ToList();
        foreach (var metric in metrics)
        {
            double within = Math.Sqrt(forms.Sum(f => SquaredDeviations(f, metric)) / forms.Sum(f => f.Count() - 1));
            double among = Math.Sqrt(SquaredDeviations(forms.SelectMany(f => f), metric) / (forms.Sum(f => f.Count()) - 1));
            within.Should().BeLessThan(1).And.BeLessThan(among / 8, $"{metric}");
        }

        static double SquaredDeviations(IEnumerable<NasBench201Result> rows, NasBench201Metric metric)
        {
            double mean = rows.Average(r => r.Accuracy(metric));
            return rows.Sum(r => Math.Pow(r.Accuracy(metric) - mean, 2));
        }
    }

    [DataFact(File)]
    public void Cells_of_other_spaces_have_no_row()
    {
        var foreign = Genotype.Parse("|sep_conv_3x3~0|");
        Table.TryGet(foreign, out var none).Should().BeFalse();
        none.Should().BeNull();
        FluentActions.Invoking(() => Table[foreign])
            .Should().Throw<ArgumentException>().WithMessage("*no cell of NAS-Bench-201*");
        Table.TryGet(NasBench201Genotypes.AllSkip, out var row).Should().BeTrue();
        row!.Index.Should().Be(1835);
    }

    [DataFact("nasbench201_12epoch.csv.gz")]
    public void The_12_epoch_table_loads_without_costs()
    {
        var table = NasBench201Table.Load(DataFactAttribute.PathOf("nasbench201_12epoch.csv.gz"));
        table.Results[1].Cifar10Test.Should().Be(88.22);
        table.Results.Should().OnlyContain(r => r.Parameters == null && r.Flops == null);
    }
}
