using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;
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
    [InlineData("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|", 100, 32,
        79_156, 7.78890)]
    [InlineData("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|", 120, 16,
        80_456, 1.95340)]
    [InlineData("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", 10, 32, 73_306, 7.78305)]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|", 100, 32,
        1_294_356, 184.73610)]
    [InlineData("|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|", 120, 16,
        809_576, 28.49548)]
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

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("nasbench201", false)]
    [InlineData("darts", false)]
    [InlineData("darts", true)]
    public void Costs_of_random_genotypes_are_counted_on_their_networks(string name, bool isSparse)
    {
        SearchSpace space = name == "darts"
            ? SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8)
            : SearchSpaces.NasBench201(3, channels: 4, cellsPerStage: 1, height: 8, width: 8);
        var costs = new CostModel(space);
        for (int seed = 0; seed < 100; seed++)
        {
            Genotype genotype = space.RandomGenotype(seed);
            using var network = new EvaluationNetwork(space, isSparse ? Thinned(genotype, seed) : genotype);
            ModuleCost cost = costs.Of(network.Genotype);
            cost.Parameters.Should().Be(network.parameters().Sum(p => p.numel()), $"{network.Genotype}");
            cost.Should().Be(network.MeasureCost());
        }
    }

    /// <summary>Some nodes have no genes, so that the cells have other outputs than the space's and some operations are never
    /// run.</summary>
    private static Genotype Thinned(Genotype genotype, int seed)
    {
        var random = new Random(seed);
        return new Genotype(genotype.Cells.Select(cell =>
        {
            var nodes = new List<Gene[]>();
            foreach (IReadOnlyList<Gene> genes in cell.Value.Nodes)
            {
                bool getsInput = genes.Any(gene => gene.Source < 2 || nodes[gene.Source - 2].Length > 0);
                nodes.Add(nodes.Count > 0 && (!getsInput || random.Next(3) == 0) ? [] : [.. genes]);
            }
            return KeyValuePair.Create(cell.Key, new CellGenotype(nodes));
        }));
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
