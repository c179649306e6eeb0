using CsCheck;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class CellGenotypeTests
{
    internal static readonly Gen<CellGenotype> AnyCell =
        Gen.Select(Gen.String[Gen.Char["abcxyzABC0189_-."], 1, 12], Gen.Int[0, 300])
            .Select((name, source) => new Gene(name, source))
            .Array[0, 4].Array[1, 6].Select(nodes => new CellGenotype(nodes));

    [Fact]
    public void Text_round_trips() => AnyCell.Sample(cell =>
        CellGenotype.Parse(cell.ToString()).Equals(cell)
        && CellGenotype.Parse(cell.ToString()).Nodes.Zip(cell.Nodes).All(n => n.First.SequenceEqual(n.Second))
        && CellGenotype.TryParse($" {cell}\n", out var again) && again.GetHashCode() == cell.GetHashCode(), iter: 1000);

    [Fact]
    public void Text_is_that_of_the_benchmark()
    {
        var cell = new CellGenotype(
            [[new Gene("skip_connect", 0)], [new Gene("none", 0), new Gene("nor_conv_3x3", 1)]]);
        cell.ToString().Should().Be("|skip_connect~0|+|none~0|nor_conv_3x3~1|");
        CellGenotype.Parse("|skip_connect~0|+|none~0|nor_conv_3x3~1|").Nodes[1]
            .Should().Equal(new Gene("none", 0), new Gene("nor_conv_3x3", 1));
    }

    [Fact]
    public void A_sparse_cell_keeps_its_nodes_without_genes()
    {
        var cell = new CellGenotype([[new Gene("sep_conv_3x3", 0)], [], [new Gene("skip_connect", 1)]]);
        cell.ToString().Should().Be("|sep_conv_3x3~0|+||+|skip_connect~1|");
        CellGenotype.Parse(cell.ToString()).Nodes.Select(n => n.Count).Should().Equal(1, 0, 1);
    }

    [Fact]
    public void Output_nodes_stand_behind_a_colon_and_tell_cells_apart()
    {
        Gene[][] nodes = [[new("a", 0)], [new("b", 1)], [new("c", 0)]];
        var cell = new CellGenotype(nodes, [2, 4]);
        cell.ToString().Should().Be("|a~0|+|b~1|+|c~0|:2,4");
        cell.Should().NotBe(new CellGenotype(nodes)).And.NotBe(new CellGenotype(nodes, [2, 3]));
        CellGenotype.Parse(" |a~0|+|b~1|+|c~0| : 2, 4 ").OutputNodes.Should().Equal(2, 4);
        foreach (int[] bad in new int[][] { [], [4, 2], [2, 2], [-1, 2] })
            FluentActions.Invoking(() => new CellGenotype(nodes, bad)).Should().Throw<ArgumentException>()
                .WithParameterName("outputNodes").WithMessage("*ascending order*");
    }

    [Fact]
    public void Null_is_refused_by_name()
    {
        foreach (var (act, parameter) in new (Action, string)[]
        {
            (() => _ = new CellGenotype(null!), "nodes"), (() => CellGenotype.Parse(null!), "text"),
            (() => _ = new Genotype((IEnumerable<KeyValuePair<string, CellGenotype>>)null!), "cells"),
            (() => _ = new Genotype([KeyValuePair.Create("normal", (CellGenotype)null!)]), "cells"),
            (() => Genotype.Parse(null!), "text"), (() => DartsGenotypeText.Parse(null!), "text"),
            (() => DartsGenotypeText.Format(null!), "genotype"),
        })
            act.Should().Throw<ArgumentNullException>().WithParameterName(parameter);
        (CellGenotype.TryParse(null, out _), Genotype.TryParse(null, out _)).Should().Be((false, false));
    }

    [Fact]
    public void Order_of_genes_matters_to_equality()
    {
        var strongestFirst = CellGenotype.Parse("|sep_conv_3x3~1|skip_connect~0|");
        strongestFirst.Nodes[0][0].Source.Should().Be(1);
        strongestFirst.Should().NotBe(CellGenotype.Parse("|skip_connect~0|sep_conv_3x3~1|"));
    }

    [Fact]
    public void Count_counts_genes_of_all_nodes() =>
        CellGenotype.Parse("|a~0|+|a~0|b~1|+||").Count("a").Should().Be(2);

    [Theory]
    [InlineData("", "node 1")]
    [InlineData(":2", "node 1 of the genotype ':2' is ''")]
    [InlineData("skip_connect~0", "node 1")]
    [InlineData("|", "node 1")]
    [InlineData("|a~0|+", "node 2")]
    [InlineData("|a~0|+|b~0", "node 2")]
    [InlineData("|a~0||b~1|", "Gene ''")]
    [InlineData("|a|", "Gene 'a'")]
    [InlineData("|a~|", "Gene 'a~'")]
    [InlineData("|a~-1|", "Gene 'a~-1'")]
    [InlineData("|a~99999999999|", "Gene 'a~99999999999'")]
    [InlineData("|~0|", "Gene '~0'")]
    [InlineData("|a b~0|", "Gene 'a b~0'")]
    public void Wrong_text_is_refused_with_the_part_that_is_wrong(string text, string part)
    {
        FluentActions.Invoking(() => CellGenotype.Parse(text)).Should().Throw<FormatException>().WithMessage($"*{part}*");
        CellGenotype.TryParse(text, out var cell).Should().BeFalse();
        cell.Should().BeNull();
    }

    [Fact]
    public void Parsing_never_fails_other_than_by_FormatException() =>
        Gen.String[Gen.Char["|~+;=a0 "], 0, 12].Sample(text =>
            CellGenotype.TryParse(text, out var cell) == (cell is not null)
            && Genotype.TryParse(text, out var genotype) == (genotype is not null), iter: 10_000);

    [Fact]
    public void Genes_that_no_text_can_carry_are_refused()
    {
        FluentActions.Invoking(() => new CellGenotype([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new CellGenotype([[new Gene("a|b", 0)]]))
            .Should().Throw<ArgumentException>().WithMessage("*a|b~0*");
        FluentActions.Invoking(() => new CellGenotype([[new Gene("a", -1)]]))
            .Should().Throw<ArgumentException>().WithMessage("*a~-1*");
    }

    [Fact]
    public void Validation_accepts_full_and_sparse_cells_of_a_space()
    {
        Cells.NasBench201.Validate(NasBench201Genotypes.AllSkip[Genotype.OnlyCell]);
        Cells.Darts.Validate(CellGenotype.Parse("|sep_conv_3x3~1|skip_connect~0|+||+|none~3|+|max_pool_3x3~0|"));
    }

    [Fact]
    public void Validation_lists_every_fault_at_once() =>
        Cells.NasBench201.Invoking(kind => kind.Validate(CellGenotype.Parse("|skip_connect~1|+|conv9~0|")))
            .Should().Throw<ArgumentException>().WithMessage(
                "*2 computed nodes, expected 3*'skip_connect~1' of node 1 reads node 1*(0 to 0)*" +
                "'conv9'*none, skip_connect, nor_conv_1x1*");

    [Fact]
    public void Validation_counts_sources_from_the_inputs()
    {
        var cell = CellGenotype.Parse("|skip_connect~1|+|skip_connect~2|+|skip_connect~3|+|skip_connect~4|");
        Cells.Darts.Validate(cell);
        var oneInput = Cells.Cell("normal", inputs: 1, nodes: 4, "none", "skip_connect");
        oneInput.Invoking(kind => kind.Validate(cell)).Should().Throw<ArgumentException>().WithMessage("*of node 4 reads node 4*");
    }
}
