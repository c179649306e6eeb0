using System.Text.RegularExpressions;
using System.Xml.Linq;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class CellDrawingTests
{
    private static readonly CellSpecification Benchmark = SearchSpaces.NasBench201(10).Cells[0];
    private static readonly CellSpecification Darts = new("normal \"two\"", new CellTopology(2, 4, CellOutput.Concatenation),
        NasBench201Operations.All);

    [Theory]
    [InlineData(false, "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_3x3~2|")]
    [InlineData(
        true, "|skip_connect~0|nor_conv_3x3~1|+|none~0|nor_conv_1x1~2|+|avg_pool_3x3~1|skip_connect~3|+|nor_conv_3x3~0|nor_conv_3x3~4|")]
    public void Both_pictures_have_every_edge_once_and_dash_those_without_weights(bool twoInputs, string text)
    {
        CellSpecification kind = twoInputs ? Darts : Benchmark;
        CellGenotype cell = CellGenotype.Parse(text);
        var drawing = new CellDrawing(cell, kind);
        var genes = cell.Nodes.SelectMany((g, i) => g.Select(gene => (Edge: $"{kind.Topology.Inputs + i}<-{gene.Source}", gene.Operation)))
            .ToList();
        string[] output = twoInputs ? ["6<-2", "6<-3", "6<-4", "6<-5"] : [];

        XElement svg = XDocument.Parse(drawing.ToSvg()).Root!;
        XElement[] paths = [.. svg.Descendants().Where(e => e.Attribute("data-edge") is not null)];
        paths.Select(e => e.Attribute("data-edge")!.Value).Should().BeEquivalentTo(genes.Select(g => g.Edge).Concat(output));
        paths.Count(e => e.Attribute("stroke-dasharray") is not null)
            .Should().Be(genes.Count(g => g.Operation is "none" or "skip_connect" or "avg_pool_3x3"));
        svg.Elements().Where(e => e.Name.LocalName == "text").Select(e => e.Value).Should().BeEquivalentTo(genes.Select(g => g.Operation));

        MatchCollection dot = Regex.Matches(drawing.ToDot(), @"(\d) -> (\d) \[label=""(\w+)""");
        dot.Select(m => ($"{m.Groups[2].Value}<-{m.Groups[1].Value}", m.Groups[3].Value)).Should().BeEquivalentTo(genes);
    }

    [Fact]
    public void A_cell_of_another_kind_is_refused_with_its_faults() =>
        FluentActions.Invoking(() => new CellDrawing(CellGenotype.Parse("|skip_connect~0|"), Benchmark))
            .Should().Throw<ArgumentException>().WithMessage("*expected 3*");
}
