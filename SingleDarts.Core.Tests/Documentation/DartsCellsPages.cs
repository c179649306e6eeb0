using System.Globalization;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>docs/reference/darts-costs.md and the part of docs/reference/genotypes.md on the DARTS space.</summary>
public class DartsCellsPages
{
    [Fact]
    public void The_table_of_costs_is_what_the_library_counts()
    {
        string[][] rows = Rows("docs/reference/darts-costs.md");
        CostModel cifarCosts = new(DartsNetworks.CifarSpace()), imageNetCosts = new(DartsNetworks.ImageNetSpace());
        foreach (PublishedGenotype published in DartsGenotypes.All)
        {
            ModuleCost cifar = cifarCosts.Of(published.Genotype), imageNet = imageNetCosts.Of(published.Genotype);
            string[] row = rows.Single(r => r[0] == published.Name);
            new[] { row[1], row[3], row[5], row[7] }.Should().Equal([
                cifar.Parameters.ToString("N0", CultureInfo.InvariantCulture), Millions(cifar),
                imageNet.Parameters.ToString("N0", CultureInfo.InvariantCulture), Millions(imageNet)], published.Name);
        }
        static string Millions(ModuleCost cost) => (cost.MultiplyAdds / 1e6).ToString("F2", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_cost_of_the_example_is_as_printed()
    {
        Genotype genotype = DartsGenotypes.Named("DARTS-V2").Genotype;
        var costs = new CostModel(DartsNetworks.ImageNetSpace());
        Console.WriteLine(costs.Of(genotype));
        // ModuleCost { Parameters = 4718752, MultiplyAdds = 529911552, BiasAdditions = 1000, Flops = 529912552 }
        Repository.Read("docs/reference/darts-costs.md").Should().Contain($"// {costs.Of(genotype)}");
    }

    [Fact]
    public void Published_cells_are_listed_with_their_sources()
    {
        string[][] rows = Rows("docs/reference/genotypes.md");
        DartsGenotypes.All.Select(published => (published.Name, published.Source)).Should().BeEquivalentTo(
            rows.Where(row => row.Length > 1 && DartsGenotypes.All.Any(g => g.Name == row[0])).Select(row => (row[0], row[1])));
        foreach (PublishedGenotype published in DartsGenotypes.All)
        {
            string note = rows.Single(row => row[0] == published.Name)[2];
            note.Contains("repeated edges").Should().Be(published.HasRepeatedEdges, published.Name);
            note.Contains("sparse").Should()
                .Be(published.Genotype.Cells.Values.Any(cell => cell.Nodes.Any(genes => genes.Count < 2)), published.Name);
        }
        foreach (string name in DartsGenotypes.Unpublished.Keys)
            Repository.Read("docs/reference/genotypes.md").Should().Contain($"**{name}**");
    }

    [Fact]
    public void The_text_of_the_example_comes_back()
    {
        Genotype genotype = Genotype.Parse(
            "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 2)], " +
            "normal_concat=range(2, 4), " +
            "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=range(2, 4))");
        Console.WriteLine(genotype["normal"]);                          // |sep_conv_3x3~0|sep_conv_3x3~1|+|skip_connect~0|dil_conv_3x3~2|
        Console.WriteLine(DartsGenotypeText.Format(genotype));          // the text again
        genotype["normal"].ToString().Should().Be("|sep_conv_3x3~0|sep_conv_3x3~1|+|skip_connect~0|dil_conv_3x3~2|");
        Genotype.Parse(DartsGenotypeText.Format(genotype)).Should().Be(genotype);
        DartsGenotypes.Named("AmoebaNet-A").Genotype["reduction"].ToString().Should().EndWith(":3,4,6");
    }

    private static string[][] Rows(string page) =>
        [.. Repository.Read(page).Split('\n').Where(line => line.StartsWith("| "))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
}
