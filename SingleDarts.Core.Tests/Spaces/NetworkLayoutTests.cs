using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Spaces;

public class NetworkLayoutTests
{
    [Fact]
    public void The_layout_of_a_genotype_of_the_space_is_that_of_the_space()
    {
        foreach (SearchSpace space in new[] { SearchSpaces.NasBench201(), SearchSpaces.Darts() })
            space.Layout.For(space.RandomGenotype(1)).Should().BeSameAs(space.Layout);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void The_layout_of_a_genotype_is_pure_and_that_of_a_space_with_as_many_nodes(int nodes)
    {
        SearchSpace space = OfNodes(4), direct = OfNodes(nodes);
        NetworkLayout before = space.Layout;
        string[] placed = [.. Places(before)];
        Genotype genotype = direct.RandomGenotype(7);

        NetworkLayout fitted = space.Layout.For(genotype);

        Places(fitted).Should().Equal(Places(direct.Layout)).And.NotEqual(placed);
        Places(space.Layout.For(genotype)).Should().Equal(Places(fitted));
        space.Layout.Should().BeSameAs(before);
        Places(space.Layout).Should().Equal(placed);
        space.Layout.For(space.RandomGenotype(7)).Should().BeSameAs(before);
    }

    [Fact]
    public void Cells_give_the_channels_of_their_output_nodes()
    {
        // normal concatenates nodes 4 to 6 of AmoebaNet-A, reduction 3, 4 and 6.
        Genotype genotype = DartsGenotypes.Named("AmoebaNet-A").Genotype;
        NetworkLayout layout = SearchSpaces.Darts(channels: 10, layers: 3).Layout.For(genotype);
        layout.Layers.Select(layer => layer.OutChannels).Should().Equal(3 * 10, 3 * 20, 3 * 40);
        layout.OutChannels.Should().Be(120);
        layout.Layers.Cast<CellPlacement>().Select(cell => (cell.Inputs[0].InChannels, cell.Inputs[1].InChannels))
            .Should().Equal((30, 30), (30, 30), (30, 60));
    }

    [Fact]
    public void A_builder_that_is_changed_twice_gives_two_spaces()
    {
        SearchSpaceBuilder common = SearchSpace.Define("own").Input(3, 8, 8).Classes(2).Operations(NasBench201Operations.All);
        SearchSpaceBuilder wide = common.Channels(8).Stages(2), restricted = common.Allow("cell", 0, "none");
        (common.Build().Layout.OutChannels, wide.Build().Layout.OutChannels).Should().Be((16, 16));
        (common.Build().Layout.LayerCount, wide.Build().Layout.LayerCount).Should().Be((1, 3));
        (common.Build().Cells[0].IsEverythingAllowed, restricted.Build().Cells[0].IsEverythingAllowed).Should().Be((true, false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Blocks_between_stages_halve_the_size_and_double_the_channels(int inputs)
    {
        var places = new List<OperationContext>();
        SearchSpace space = SearchSpace.Define("own").Input(3, 16, 12).Classes(5).Operations(NasBench201Operations.All)
            .Cell(nodes: 2, inputs, CellOutput.Concatenation).Channels(4).Stages([1, 2, 1])
            .Downsampling(c =>
            {
                places.Add(c);
                return nn.Conv2d(c.InChannels, c.OutChannels, 2, stride: c.Stride);
            }).Build();
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(space);

        // A cell of two nodes gives twice its channels: 8 of 4, 16 of 8, 32 of 16.
        places.Select(c => (c.InChannels, c.OutChannels, c.Stride)).Should().Equal((8, 8, 2), (16, 16, 2));
        CellPlacement[] cells = [.. space.Layout.Layers.OfType<CellPlacement>()];
        cells.Select(cell => (cell.Channels, cell.Stride)).Should().Equal((4, 1), (8, 1), (8, 1), (16, 1));
        cells.Select(cell => string.Join(" ", cell.Inputs.Select(c => $"{c.InChannels}/{c.Stride}"))).Should().Equal(
            inputs == 1 ? ["4/1", "8/1", "16/1", "16/1"] : ["4/1 4/1", "8/1 8/1", "8/1 16/1", "16/1 16/1"]);
        nn.Module<Tensor, Tensor>[] blocks = [.. supernet.Layers.OfType<nn.Module<Tensor, Tensor>>()];
        Tensor first = blocks[0].call(zeros(1, 8, 16, 12));
        first.shape.Should().Equal(1, 8, 8, 6);
        blocks[1].call(zeros(1, 16, 8, 6)).shape.Should().Equal(1, 16, 4, 3);
        supernet.call(randn(2, 3, 16, 12)).shape.Should().Equal(2, 5);
        supernet.Weights.Where(w => w.Name is "layers.1.weight" or "layers.4.weight").Sum(w => w.Parameter.numel())
            .Should().Be((8 * 8 * 4) + (16 * 16 * 4));
        new CostModel(space).Of(space.RandomGenotype(1)).Parameters.Should().BePositive();
    }

    [Fact]
    public void Images_of_a_dataset_give_the_space_their_shape()
    {
        SearchSpaces.NasBench201([1, 28, 24], 7, channels: 4, cellsPerStage: 1).InputShape.Should().Equal(1, 28, 24);
        SearchSpace darts = SearchSpaces.Darts([1, 28, 24], 7, channels: 4, layers: 3);
        darts.InputShape.Should().Equal(1, 28, 24);
        darts.Classes.Should().Be(7);
        FluentActions.Invoking(() => SearchSpaces.Darts([64], 7)).Should().Throw<ArgumentException>()
            .WithMessage("*[64]*SearchSpace.Define*");
    }

    private static SearchSpace OfNodes(int nodes) => SearchSpace.Define("own").Input(3, 16, 16).Classes(5)
        .Operations(NasBench201Operations.All)
        .Cell(nodes, inputs: 2, CellOutput.Concatenation).Channels(4, stemMultiplier: 3).Stages(3, cellsPerStage: 2).ReductionCells()
        .DerivedBy(new TopEdges()).Build();

    private static IEnumerable<string> Places(NetworkLayout layout) => layout.Layers.Select(layer => layer switch
    {
        CellPlacement cell =>
            $"{cell.Cell.Name} {cell.Cell.Topology.Nodes} {cell.Channels} {cell.Stride} {cell.OutChannels} {string.Join(' ', cell.Inputs)}",
        _ => $"block {((BlockPlacement)layer).Context}",
    }).Append($"{layout.Head.Context}");
}
