using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class StacNasTests
{
    private static readonly Dictionary<string, string[]> Members = new()
    {
        ["max_pool_3x3"] = ["none", "max_pool_3x3", "avg_pool_3x3"],
        ["skip_connect"] = ["none", "skip_connect", "skip_connect_2"],
        ["sep_conv_3x3"] = ["none", "sep_conv_3x3", "sep_conv_5x5"],
        ["dil_conv_3x3"] = ["none", "dil_conv_3x3", "dil_conv_5x5"],
    };

    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchMethod method = SearchMethods.StacNas();
        SearchSpace space = method.Space(SearchSpaces.Darts());
        space.Layout.LayerCount.Should().Be(14);
        SearchOptions options = method.Options(space);
        (options.Epochs, options.BatchSize).Should().Be((80, 64));
        options.Scheme.Should().Be(OptimizationSchemes.SingleLevel);
        options.Relaxation.Should().Be(Relaxations.Softmax);
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 3e-4));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(3);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        options.Derivation.Should().Be(new TopEdges { ComparesAlpha = true });
        FluentActions.Invoking(() => SearchMethods.StacNas([14])).Should().Throw<ArgumentException>().WithMessage("*2 stages; 1 numbers*");
    }

    [Fact]
    public void Edges_have_five_candidates_and_then_the_group_of_their_winner_and_none()
    {
        SearchMethod method = SearchMethods.StacNas();
        SearchSpace first = method.Space(SearchSpaces.Darts());
        foreach (CellSpecification cell in first.Cells)
            foreach (CellEdge edge in cell.Topology.Edges)
                Names(cell, edge).Should().Equal("none", "max_pool_3x3", "skip_connect", "sep_conv_3x3", "dil_conv_3x3");
        IEpochRule rule = method.Options(first).EpochRules.Single();
        var random = new Random(6);
        var snapshots = first.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            var alpha = new double[14, 9];
            for (int i = 0; i < alpha.Length; i++)
                alpha[i / 9, i % 9] = Gauss.Next(random) + (i % 9 is 0 or 5 ? 5 : 0);
            return new CellSnapshot(alpha, new double[14, 9]);
        });
        rule.Decide(Context(first, snapshots, stage: 1, epoch: 79)).Should().Be(EpochDecision.Continue);
        SearchSpace second = rule.Decide(Context(first, snapshots, stage: 1, epoch: 80)).Space!;
        second.Layout.LayerCount.Should().Be(20);
        var winners = new HashSet<string>();
        foreach (var (before, after) in first.Cells.Zip(second.Cells))
            foreach (CellEdge edge in before.Topology.Edges)
            {
                string winner = Members.Keys.MaxBy(name => snapshots[before.Name].Alpha[edge.Index, before.Column(name)])!;
                winners.Add(winner);
                Names(after, edge).Should().BeEquivalentTo(Members[winner], "none and what the stage did not have win nothing");
            }
        winners.Should().BeEquivalentTo(Members.Keys);
        rule.Decide(Context(second, snapshots, stage: 2, epoch: 80)).Should().Be(EpochDecision.Continue);
    }

    [Fact]
    public void The_second_skip_connection_is_derived_as_the_first()
    {
        SearchSpace space = SearchMethods.StacNas().Space(SearchSpaces.Darts());
        CellSpecification cell = space.Cells[0];
        foreach (CellEdge edge in cell.Topology.Edges)
            cell = cell.Allow(edge.Index, Members["skip_connect"]);
        var alpha = new double[14, 9];
        for (int edge = 0; edge < 14; edge++)
            (alpha[edge, 0], alpha[edge, 8]) = (2, 0.1 * edge);
        CellGenotype derived = new TopEdges { ComparesAlpha = true }.Derive(cell, Cells.Snapshot(alpha));
        derived.ToString().Should().Be(
            "|skip_connect~1|skip_connect~0|+|skip_connect~2|skip_connect~1|+|skip_connect~3|skip_connect~2|+" +
            "|skip_connect~4|skip_connect~3|");
        cell.Validate(derived);
    }

    [Fact]
    public async Task A_search_has_both_stages_and_finds_a_genotype_of_DARTS()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        SearchResult result = await ArchitectureSearch.In(space, SearchMethods.StacNas([3, 4])).On(data).For(1, 20).RunAsync();
        result.Epochs.Select(epoch => epoch.Stage).Should().Equal(1, 2);
        int[] Widths(int epoch) => [.. Enumerable.Range(0, 14).Select(edge => Enumerable.Range(0, 9)
            .Count(k => result.Epochs[epoch].Architecture["normal"].OperationWeights[edge, k] > 0))];
        Widths(0).Should().OnlyContain(width => width == 5);
        Widths(1).Should().OnlyContain(width => width == 3);
        foreach (CellSpecification cell in space.Cells)
            cell.Validate(result.Genotype[cell.Name]);
        result.Cost.Should().Be(new CostModel(space).Of(result.Genotype));
    }

    [Fact]
    public void Groups_that_do_not_fit_the_space_are_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8);
        ArchitectureSearch Search(SearchSpace of, GroupedStages rule) => ArchitectureSearch.In(of).On(data).For(1, 10).Following(rule);
        Search(space, new GroupedStages([["sep_conv_3x3", "conv"], []], 4)).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*A group of the stages has no candidates*")
            .WithMessage("*have conv, which cell 'normal' has not*")
            .WithMessage("*Edges of cell 'normal' allow max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_5x5*in the first stage*");
        Search(Small.Space, new GroupedStages([["skip_connect"]], 2)).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*second stage has 2 layers in the space 'nasbench201'; expected at least 3*");
        ArchitectureSearch.In(Small.Space, SearchMethods.StacNas()).On(data).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*which cell 'cell' has not*");
    }

    private static IEnumerable<string> Names(CellSpecification cell, CellEdge edge) =>
        cell.Allowed(edge).Select(k => cell.Operations[k].Name);

    private static EpochRuleContext Context(
        SearchSpace space, IReadOnlyDictionary<string, CellSnapshot> architecture, int stage, int epoch) => new()
        {
            Reports = [new EpochReport
            {
                Epoch = 1, Epochs = 1, Seconds = 0, DataSeconds = 0, Genotype = space.RandomGenotype(1), WeightLoss = 0, WeightAccuracy = 0,
                ArchitectureLoss = 0, ArchitectureAccuracy = 0, WeightLearningRate = 0, ArchitectureLearningRate = 0,
                Architecture = architecture,
            }],
            Space = space, FirstSpace = space, Stage = stage, EpochOfStage = epoch, EpochsPerStage = 80,
        };
}
