using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class RobustDartsTests
{
    [Fact]
    public void Everything_but_the_regularisation_and_the_rules_is_that_of_DARTS_of_second_order()
    {
        SearchSpace space = SearchSpaces.Darts();
        SearchOptions darts = SearchMethods.DartsSecondOrder().Options(space);
        SearchMethods.RDartsL2Factors.Select(factor => SearchMethods.RDartsL2(factor).Options(space)).Should().Equal(
            new[] { 3e-4, 9e-4, 27e-4, 81e-4 }.Select(decay => darts with
            {
                WeightOptimizer = darts.WeightOptimizer.Sgd(0.025, 0.9, weightDecay: decay),
            }), (a, b) => Near(a, b));
        SearchMethods.RDartsDp(0).Options(space).Should().Be(darts with { EdgeDecorators = [] });
        foreach (double rate in SearchMethods.RDartsDpRates.Skip(1))
        {
            SearchOptions options = SearchMethods.RDartsDp(rate).Options(space);
            options.Should().Be(darts with { EdgeDecorators = options.EdgeDecorators });
            Schedule drop = ((EdgeDropPath)options.EdgeDecorators.Single()).Rate;
            Enumerable.Range(0, 50).Select(epoch => drop.At(new EpochPosition(epoch, 0, 50))).Should()
                .Equal(Enumerable.Range(0, 50).Select(epoch => rate * epoch / 49), (a, b) => Math.Abs(a - b) < 1e-15);
        }
        SearchOptions es = SearchMethods.DartsEs().Options(space), ada = SearchMethods.DartsAda().Options(space);
        es.Should().Be(darts with { EpochRules = es.EpochRules });
        ada.Should().Be(darts with { EpochRules = ada.EpochRules });
        es.EpochRules.Should().Equal(new EigenvalueStop
        {
            Interval = 2, Window = 5, Distance = 4, FirstEpoch = 10, Factor = 1.3, Product = HessianProduct.Exact,
        });
        ada.EpochRules.Should().Equal(new AdaptiveWeightDecay { Multiplier = 10, Maximum = 0.03 });
    }

    private static bool Near(SearchOptions a, SearchOptions b) =>
        Math.Abs(a.WeightOptimizer.Optimizer.WeightDecay - b.WeightOptimizer.Optimizer.WeightDecay) < 1e-15 &&
        a == b with { WeightOptimizer = b.WeightOptimizer.WithWeightDecay(a.WeightOptimizer.Optimizer.WeightDecay) };

    /// <summary>As a user of the protocol does it: four searches, then the best of their genotypes.</summary>
    [Fact]
    public async Task The_protocol_is_four_searches_and_the_best_of_their_genotypes()
    {
        using ClassificationDataset data = Small.Data();
        var found = new List<Genotype>();
        foreach (double factor in SearchMethods.RDartsL2Factors)
            found.Add((await ArchitectureSearch.In(Small.DartsSpace, SearchMethods.RDartsL2(factor)).On(data).For(1, 10).WithSeed(1)
                .UpdatingArchitecture(o => o.Adam(factor, 0.5, 0.999)).RunAsync()).Genotype);
        found.Distinct().Count().Should().BeGreaterThan(2);
        var evaluator = new Scored(found);
        StrategyResult best = new StrategySearch
        {
            Space = Small.DartsSpace, Strategy = new ListedGenotypes(found), Evaluator = evaluator, Evaluations = found.Count,
        }.Run();
        best.Trace.Select(e => e.Genotype).Should().Equal(found);
        best.Genotype.Should().Be(found[2]);
        new ListedGenotypes([]).Faults(Small.DartsSpace).Should().ContainSingle().Which.Should().Contain("is empty");
    }

    /// <summary>The third is the best.</summary>
    private sealed class Scored(IReadOnlyList<Genotype> genotypes) : IGenotypeEvaluator
    {
        public string Name => "scored";

        public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default) =>
            new(genotype.Equals(genotypes[2]) ? 0.9 : 0.5, 1);
    }

    /// <summary>S1 as the published file lists it.</summary>
    [Fact]
    public void The_edges_of_S1_have_two_chosen_candidates()
    {
        SearchSpace space = SearchSpaces.RobustDarts(1, [3, 32, 32], 10);
        space.Name.Should().Be("darts-s1");
        string[] normal = Pairs("normal"), reduction = Pairs("reduction");
        normal.Should().Equal(
            "skip_connect dil_conv_3x3", "skip_connect dil_conv_5x5", "skip_connect dil_conv_5x5", "skip_connect sep_conv_3x3",
            "skip_connect dil_conv_3x3", "max_pool_3x3 skip_connect", "skip_connect sep_conv_3x3", "skip_connect sep_conv_3x3",
            "skip_connect dil_conv_3x3", "skip_connect sep_conv_3x3", "max_pool_3x3 skip_connect", "skip_connect dil_conv_3x3",
            "dil_conv_3x3 dil_conv_5x5", "dil_conv_3x3 dil_conv_5x5");
        reduction.Should().Equal(
            "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 dil_conv_3x3", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 avg_pool_3x3",
            "skip_connect dil_conv_5x5", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 sep_conv_3x3", "skip_connect dil_conv_3x3",
            "skip_connect dil_conv_5x5", "max_pool_3x3 avg_pool_3x3", "max_pool_3x3 avg_pool_3x3", "skip_connect dil_conv_5x5",
            "skip_connect dil_conv_5x5", "skip_connect dil_conv_5x5");
        space.GenotypeCount.Should().Be(Math.Pow(2, 28));

        string[] Pairs(string kind)
        {
            CellSpecification cell = space.Cells.Single(c => c.Name == kind);
            return [.. cell.Topology.Edges.Select(edge => string.Join(' ', cell.Allowed(edge).Select(k => cell.Operations[k].Name)))];
        }
    }

    [Theory]
    [InlineData(2, "skip_connect sep_conv_3x3")]
    [InlineData(3, "none skip_connect sep_conv_3x3")]
    [InlineData(4, "noise sep_conv_3x3")]
    public void The_edges_of_the_other_spaces_are_alike_and_the_network_is_that_of_DARTS(int number, string candidates)
    {
        SearchSpace space = SearchSpaces.RobustDarts(number, [3, 32, 32], 10), darts = SearchSpaces.Darts();
        space.Name.Should().Be($"darts-s{number}");
        foreach (CellSpecification cell in space.Cells)
        {
            cell.IsEverythingAllowed.Should().BeTrue();
            string.Join(' ', cell.Operations).Should().Be(candidates);
        }
        space.Derivation.Should().Be(darts.Derivation);
        space.Layout.ToString().Should().Be(darts.Layout.ToString());
        FluentActions.Invoking(() => SearchSpaces.RobustDarts(5, [3, 32, 32], 10)).Should().Throw<ArgumentException>().WithMessage("*S5*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_search_in_each_space_finds_a_genotype_of_it_that_has_a_network(int number)
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpaces.RobustDarts(number, data.InputShape, data.Classes, channels: 4, layers: 3);
        SearchResult result = await ArchitectureSearch.In(space, SearchMethods.RDartsDp(0.4)).On(data).For(1, 10).RunAsync();
        foreach (CellSpecification cell in space.Cells)
        {
            cell.Validate(result.Genotype[cell.Name]);
            result.Genotype[cell.Name].Nodes.SelectMany(genes => genes).Should().NotContain(gene => gene.Operation == "none");
        }
        result.Cost.Should().Be(new CostModel(space).Of(result.Genotype));
        using var network = new Core.Training.EvaluationNetwork(space, result.Genotype);
        network.call(TorchSharp.torch.zeros(2, 3, 8, 8)).shape.Should().Equal(2, 3);
    }
}
