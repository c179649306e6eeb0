using System.Globalization;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The genotypes of the searches at the paper's scale against their records and the benchmark's table.</summary>
public class PaperScalePage
{
    private const string Header = """
        | search | epochs | operations of 1←0, 2←0, 2←1, 3←0, 3←1, 3←2 | skips | CIFAR-10 | CIFAR-100 | ImageNet16-120 |
        |---|---|---|---|---|---|---|

        """;

    private const string Page = "docs/results/paper-scale.md", Records = "docs/results/paper-scale";

    /// <summary>With <c>SINGLEDARTS_WRITE_PAGES=1</c> the rows are written instead.</summary>
    [DataFact("nasbench201.csv.gz")]
    public void Genotypes_after_each_epoch_are_those_of_the_records()
    {
        var table = NasBench201Table.Load(DataFactAttribute.PathOf("nasbench201.csv.gz"));
        string[] folders = [.. Directory.GetDirectories(Path.Combine(Repository.Root, Records)).Order(StringComparer.Ordinal)];
        folders.Should().NotBeEmpty();
        IEnumerable<string> rows = folders.SelectMany(folder =>
            Rows(Path.GetFileName(folder), RecordedRun.Open(folder).Epochs, table));
        PrintedPage.HoldText(Page, "genotypes after each epoch", Header.ReplaceLineEndings("\n") + string.Concat(rows));
    }

    /// <summary>A row for each run of epochs with the same genotype.</summary>
    private static IEnumerable<string> Rows(string search, IReadOnlyList<EpochReport> epochs, NasBench201Table table)
    {
        for (int first = 0, next; first < epochs.Count; first = next)
        {
            Genotype genotype = epochs[first].Genotype;
            next = first + epochs.Skip(first).TakeWhile(e => e.Genotype.Equals(genotype)).Count();
            NasBench201Result result = table[genotype];
            string operations = string.Join(", ", genotype["cell"].Nodes.SelectMany(genes => genes).Select(gene => gene.Operation switch
            {
                "skip_connect" => "skip", "nor_conv_1x1" => "1×1", "nor_conv_3x3" => "3×3", "avg_pool_3x3" => "pool", string other => other,
            }));
            string when = next == first + 1 ? $"{next}" : $"{first + 1} to {next}";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"| {search} | {when} | {operations} | {genotype.Count("skip_connect")} | {result.Cifar10Test:F2} | " +
                $"{result.Cifar100Test:F2} | {result.ImageNet16Test:F2} |\n");
        }
    }
}
