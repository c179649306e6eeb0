using System.Text.Json;
using CsCheck;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class DartsGenotypeTextTests
{
    private const string V2 =
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), " +
        "('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), " +
        "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), " +
        "('max_pool_3x3', 1)], reduce_concat=range(2, 6))";

    private static readonly Gen<CellGenotype> anyCell =
        from nodes in Gen.Int[1, 5]
        from genes in Gen.Select(Gen.OneOf("sep_conv_3x3", "skip_connect", "max_pool_3x3"), Gen.Int[0, 6])
            .Select(t => new Gene(t.Item1, t.Item2)).List[0, 3].Array[nodes]
        where genes[^1].Count > 0
        from keep in Gen.Bool.Array[nodes]
        let present = Enumerable.Range(2, nodes).Where(n => genes[n - 2].Count > 0).ToArray()
        let kept = present.Where(n => keep[n - 2]).ToArray()
        select new CellGenotype(genes, kept.Length == 0 || kept.Length == present.Length ? null : kept);

    [Fact]
    public void The_form_of_published_code_comes_back_letter_for_letter()
    {
        Genotype genotype = DartsGenotypeText.Parse(V2);
        DartsGenotypeText.Format(genotype).Should().Be(V2);
        genotype["normal"].Nodes[3].Should().Equal(new Gene("skip_connect", 0), new Gene("dil_conv_3x3", 2));
        genotype.ToString().Should().StartWith("normal=|sep_conv_3x3~0|sep_conv_3x3~1|+").And.Contain(";reduction=|max_pool_3x3~0|");
        genotype.Should().Be(DartsGenotypes.DartsV2).And.Be(Genotype.Parse(V2)).And.Be(Genotype.Parse(genotype.ToString()));
        JsonSerializer.Deserialize<Genotype>(JsonSerializer.Serialize(genotype)).Should().Be(genotype);
    }

    [Fact]
    public void White_space_quotes_and_lists_do_not_matter() => DartsGenotypeText.Parse(
        "\n" + V2.Replace("'", "\"").Replace(", ", " ,\n ").Replace("range(2 ,\n 6)", "[2, 3, 4, 5]")).Should().Be(DartsGenotypes.DartsV2);

    [Fact]
    public void Any_cells_come_back() => Gen.Select(anyCell, anyCell).Sample((normal, reduction) =>
    {
        var genotype = new Genotype([KeyValuePair.Create("normal", normal), KeyValuePair.Create("reduction", reduction)]);
        return DartsGenotypeText.Parse(DartsGenotypeText.Format(genotype)).Equals(genotype) && Genotype.Parse(genotype.ToString())
            .Equals(genotype);
    });

    [Fact]
    public void Published_cells_come_back_and_say_where_they_are_from()
    {
        DartsGenotypes.All.Select(g => g.Name).Should().OnlyHaveUniqueItems().And.HaveCount(26);
        foreach (PublishedGenotype published in DartsGenotypes.All)
        {
            DartsGenotypeText.Parse(DartsGenotypeText.Format(published.Genotype)).Should().Be(published.Genotype);
            published.Source.Should().NotBeEmpty();
        }
        DartsGenotypes.All.Where(g => g.HasRepeatedEdges).Select(g => g.Name).Should().BeEquivalentTo("NASNet-A", "AmoebaNet-A", "ENAS");
        DartsGenotypes.Named("amoebanet-a").Genotype["reduction"].OutputNodes.Should().Equal(3, 4, 6);
        DartsGenotypes.Named("FairDARTS-a").Genotype["normal"].Nodes[1].Should().BeEmpty();
    }

    [Theory]
    [InlineData("Single-DARTS", "*not published*no genotype*")]
    [InlineData("PNAS", "*no published cells named 'PNAS'*DARTS-V2*")]
    public void A_name_without_cells_says_why(string name, string message) =>
        FluentActions.Invoking(() => DartsGenotypes.Named(name)).Should().Throw<ArgumentException>().WithMessage(message);

    [Theory]
    [InlineData("Genotype(normal=[('a', 0), ('b', 1)], normal_concat=range(2, 3))", "*expected 'Genotype(normal=*")]
    [InlineData("Genotype(normal=[('a', 0)], normal_concat=range(2, 3), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*normal has 1 genes*two for each node*")]
    [InlineData("Genotype(normal=[('a', 0), x], normal_concat=range(2, 3), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*'x' in normal*is no gene*")]
    [InlineData(
        "Genotype(normal=[('a', 0), ('b', 2, 1)], normal_concat=range(2, 3), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*both pairs and triples*")]
    [InlineData("Genotype(normal=[], normal_concat=range(2, 3), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))", "*no genes*")]
    [InlineData("Genotype(normal=[('a', 0), ('b', 1)], normal_concat=range(6, 2), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*no range of output nodes*")]
    [InlineData("Genotype(normal=[('a', 0), ('b', 1)], normal_concat=[], reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*output nodes are*")]
    [InlineData(
        "Genotype(normal=[('a', 0), ('b', 1)], normal_concat=range(2, 99999999999), reduce=[('a', 0), ('b', 1)], " +
    "reduce_concat=range(2, 3))", "*too large*")]
    [InlineData("Genotype(normal=[('a', 1, 0)], normal_concat=range(2, 3), reduce=[('a', 0), ('b', 1)], reduce_concat=range(2, 3))",
        "*belongs to node 1, an input*")]
    [InlineData("|skip_connect~0|:x", "*no list of output nodes*")]
    [InlineData("|skip_connect~0|:3,2", "*ascending*")]
    public void A_wrong_text_says_what_is_wrong(string text, string message) =>
        FluentActions.Invoking(() => Genotype.Parse(text)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void Other_cells_have_no_such_form() =>
        FluentActions.Invoking(() => DartsGenotypeText.Format(NasBench201Genotypes.AllSkip)).Should().Throw<ArgumentException>()
            .WithMessage("*has the cells cell*");
}
