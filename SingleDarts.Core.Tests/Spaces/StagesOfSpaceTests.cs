using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Spaces with other numbers of cells.</summary>
public class StagesOfSpaceTests
{
    [Theory]
    [InlineData(5, 1)]
    [InlineData(11, 3)]
    [InlineData(17, 5)]
    public void The_stages_of_P_DARTS_are_those_that_are_built_so(int layers, int cellsPerStage)
    {
        SearchSpace deeper = SearchSpaces.Darts(layers: 8).WithStages(cellsPerStage, cellsPerStage, cellsPerStage);
        SearchSpace built = SearchSpaces.Darts(layers: layers);
        SpaceDescription.Of(deeper).ToJsonString().Should().Be(SpaceDescription.Of(built).ToJsonString());
        deeper.Layout.LayerCount.Should().Be(layers);
    }

    [Fact]
    public void Candidates_of_edges_stay()
    {
        SearchSpace deeper = Restricted.Small.WithStages(2, 1, 1);
        deeper.Cells.Should().Equal(Restricted.Small.Cells);
        using var supernet = new Supernet(deeper);
        supernet.Cells.Count().Should().Be(4);
        Restricted.Small.Layout.LayerCount.Should().Be(deeper.Layout.LayerCount - 1, "the space itself is as it was");
    }

    [Fact]
    public void Numbers_that_cannot_be_are_rejected()
    {
        FluentActions.Invoking(() => Small.Space.WithStages(1, 0)).Should().Throw<ArgumentException>().WithMessage("*2 stages of 1, 0*");
        FluentActions.Invoking(() => Small.Space.WithStages()).Should().Throw<ArgumentException>().WithMessage("*0 stages*");
        FluentActions.Invoking(() => SearchSpaces.Darts().WithStages(4)).Should().Throw<ArgumentException>()
            .WithMessage("*1 stage(s) have the kinds of cells cell; expected normal and reduction, as with 3 stages*");
    }
}
