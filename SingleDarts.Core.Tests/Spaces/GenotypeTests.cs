using System.Text.Json;
using CsCheck;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class GenotypeTests
{
    [Fact]
    public void The_operator_compares_as_Equals_does()
    {
        Genotype again = Genotype.Parse(NasBench201Genotypes.AllSkip.ToString()), other = NasBench201Genotypes.Cifar100Best;
        (again == NasBench201Genotypes.AllSkip && again != other && again is not null && null != again).Should().BeTrue();
        (again!["cell"] == NasBench201Genotypes.AllSkip["cell"] && again["cell"] != other["cell"]).Should().BeTrue();
    }

    private const string Normal = "|sep_conv_3x3~1|skip_connect~0|+||";
    private const string Reduction = "|max_pool_3x3~0|";

    private static readonly Gen<Genotype> anyGenotype =
        Gen.Dictionary(Gen.OneOf("cell", "normal", "reduction", "stage-1.a", "B_2"), CellGenotypeTests.AnyCell)[1, 3]
            .Select(cells => new Genotype(cells));

    [Fact]
    public void Text_round_trips() => anyGenotype.Sample(genotype =>
        Genotype.Parse(genotype.ToString()).Equals(genotype)
        && Genotype.Parse(genotype.ToString()).Cells.SequenceEqual(genotype.Cells));

    [Fact]
    public void Json_round_trips_as_value_and_as_key() => anyGenotype.Sample(genotype =>
    {
        var counts = new Dictionary<Genotype, CellGenotype> { [genotype] = genotype.Cells.Values.First() };
        var again = JsonSerializer.Deserialize<Dictionary<Genotype, CellGenotype>>(JsonSerializer.Serialize(counts))!;
        return again.Single().Equals(counts.Single());
    });

    [Fact]
    public void Json_is_the_text()
    {
        JsonSerializer.Serialize(Genotype.Parse(Reduction)).Should().Be($"\"{Reduction}\"");
        FluentActions.Invoking(() => JsonSerializer.Deserialize<Genotype>("\"|a|\""))
            .Should().Throw<JsonException>().WithMessage("*Gene 'a'*");
        FluentActions.Invoking(() => JsonSerializer.Deserialize<Genotype>("3"))
            .Should().Throw<JsonException>().WithMessage("*Number*");
    }

    [Fact]
    public void One_unnamed_cell_prints_as_the_cell_alone()
    {
        Genotype genotype = CellGenotype.Parse(Reduction);
        genotype.ToString().Should().Be(Reduction);
        genotype.Cells.Keys.Should().Equal("cell");
    }

    [Fact]
    public void Named_cells_print_with_their_names()
    {
        var cells = new Dictionary<string, CellGenotype>
        {
            ["reduction"] = CellGenotype.Parse(Reduction),
            ["normal"] = CellGenotype.Parse(Normal),
        };
        var genotype = new Genotype(cells);
        genotype.ToString().Should().Be($"normal={Normal};reduction={Reduction}");
        genotype["normal"].ToString().Should().Be(Normal);
        genotype.Should().Be(Genotype.Parse($" reduction = {Reduction} ; normal={Normal}"), "the order of cells has no meaning");
        new Genotype(cells.Take(1)).ToString().Should().Be($"reduction={Reduction}");
    }

    [Fact]
    public void Count_adds_the_kinds_of_cell() =>
        Genotype.Parse($"normal={Normal};reduction={Normal}").Count("skip_connect").Should().Be(2);

    [Fact]
    public void Serves_as_a_dictionary_key() =>
        new Dictionary<Genotype, int> { [Genotype.Parse(Normal)] = 7 }[Genotype.Parse(Normal)].Should().Be(7);

    [Fact]
    public void An_unknown_cell_is_refused_with_those_that_exist() =>
        FluentActions.Invoking(() => Genotype.Parse($"normal={Normal}")["reduction"])
            .Should().Throw<KeyNotFoundException>().WithMessage("*'reduction'*it has normal*");

    [Theory]
    [InlineData("normal=|a~0|;|a~0|", "*has no name*")]
    [InlineData("normal=|a~0|;normal=|b~0|", "*two cells named 'normal'*")]
    [InlineData("no rmal=|a~0|", "*'no rmal'*")]
    [InlineData("=|a~0|", "*cell name ''*")]
    [InlineData("normal=|a|", "*Gene 'a'*")]
    [InlineData("normal=|a~0|;", "*has no name*")]
    public void Wrong_text_is_refused(string text, string message)
    {
        FluentActions.Invoking(() => Genotype.Parse(text)).Should().Throw<FormatException>().WithMessage(message);
        Genotype.TryParse(text, out _).Should().BeFalse();
    }
}
