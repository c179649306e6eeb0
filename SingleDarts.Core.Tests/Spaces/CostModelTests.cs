using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Spaces;

public class CostModelTests
{
    [DataFact("nasbench201.csv.gz")]
    public void Parameters_and_flops_of_all_15625_genotypes_are_those_of_the_real_table()
    {
        var table = NasBench201Table.Load(DataFactAttribute.PathOf("nasbench201.csv.gz"));
        var costs = new CostModel(SearchSpaces.NasBench201());
        NasBench201Result[] wrong = [.. table.Results.Where(row =>
            costs.Of(row.Genotype) is var cost && (cost.Parameters, cost.MultiplyAdds) != (row.Parameters!.Value, row.Flops!.Value))];
        table.Results.Should().HaveCount(15_625);
        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|", 100, 32, 79_156, 7.78890)]
    [InlineData("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|", 120, 16, 80_456, 1.95340)]
    [InlineData("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", 10, 32, 73_306, 7.78305)]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|", 100, 32, 1_294_356, 184.73610)]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|", 120, 16, 809_576, 28.49548)]
    public void Costs_on_each_data_set_are_the_published_ones(string genotype, int classes, int size, long parameters, double megaflops)
    {
        ModuleCost cost = new CostModel(SearchSpaces.NasBench201(classes, height: size, width: size)).Of(Genotype.Parse(genotype));
        cost.Parameters.Should().Be(parameters);
        (cost.Flops / 1e6).Should().BeApproximately(megaflops, 1e-5);
    }

    [Fact]
    public void Measured_cost_of_a_convolution_and_of_a_linear_layer_is_the_closed_form()
    {
        using var conv = nn.Conv2d(6, 9, 3, stride: 2, padding: 1, groups: 3);
        ModuleCost.Measure(conv, [6, 7, 5], out var output).Should().Be(new ModuleCost(9 * 2 * 9 + 9, 9 * 4 * 3 * 2 * 9, 9 * 4 * 3));
        output.Should().Equal(9, 4, 3);
        using var linear = nn.Linear(12, 5, hasBias: false);
        ModuleCost.Measure(linear, [12], out _).Should().Be(new ModuleCost(60, 60, 0));
    }

    [Fact]
    public void Cost_of_a_genotype_is_that_of_the_network_of_its_modules()
    {
        var genotype = Genotype.Parse("|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|avg_pool_3x3~0|nor_conv_3x3~1|nor_conv_1x1~2|");
        SearchSpace space = SearchSpaces.NasBench201(7, channels: 6, cellsPerStage: 2);
        long parameters = space.Stem.Create(space.Stem.Context).parameters().Sum(p => p.numel())
            + space.Head.Create(space.Head.Context).parameters().Sum(p => p.numel());
        foreach (LayerPlacement layer in space.Layers)
            parameters += layer is BlockPlacement block
                ? block.Create(block.Context).parameters().Sum(p => p.numel())
                : genotype[Genotype.OnlyCell].Nodes.SelectMany(n => n).Sum(gene => ((CellPlacement)layer).Cell.Operation(gene.Operation)
                    .Create(new OperationContext(layer.OutChannels, layer.OutChannels)).parameters().Sum(p => p.numel()));
        new CostModel(space).Of(genotype).Parameters.Should().Be(parameters);
    }

    [Fact]
    public void A_head_that_gives_features_instead_of_logits_is_named()
    {
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Operations(NasBench201Operations.All)
            .Head(c => nn.Conv2d(c.InChannels, c.OutChannels, 1)).Build();
        FluentActions.Invoking(() => new CostModel(space)).Should().Throw<ArgumentException>().WithMessage("*head*[N, 3, 8, 8]*[N, 3]*");
    }

    [Fact]
    public void A_part_that_cannot_run_is_named()
    {
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Operations(NasBench201Operations.All)
            .Stem(c => nn.Conv2d(5, c.OutChannels, 3, padding: 1)).Build();
        FluentActions.Invoking(() => new CostModel(space)).Should().Throw<ArgumentException>().WithMessage("*The stem*fails*[N, 3, 8, 8]*");
    }
}
