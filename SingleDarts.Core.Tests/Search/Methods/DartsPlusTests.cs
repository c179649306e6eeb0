using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Methods;

public class DartsPlusTests
{
    [Fact]
    public void Everything_but_the_rule_is_that_of_DARTS()
    {
        SearchSpace space = SearchSpaces.Darts();
        SearchOptions options = SearchMethods.DartsPlus().Options(space);
        options.Should().Be(SearchMethods.Darts().Options(space) with { EpochRules = options.EpochRules });
        options.EpochRules.Should().Equal(new OperationLimit("skip_connect", 2, "normal"));
        SearchMethods.DartsPlus(new StableRanking()).Options(space).EpochRules.Should().Equal(new StableRanking(10));
    }

    [Theory]
    [InlineData(1, 8, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 0, true)]
    public void Two_skip_connections_of_the_normal_cell_stop_and_those_of_the_reduction_cell_never_do(int normal, int reduction, bool stops)
    {
        IEpochRule rule = SearchMethods.DartsPlus().Options(SearchSpaces.Darts()).EpochRules.Single();
        EpochDecision decision = rule.Decide(Context([Genotype(0, 8), Genotype(normal, reduction)]));
        (decision.StopReason is not null).Should().Be(stops);
        decision.Epoch.Should().Be(stops ? 2 : null);
    }

    [Fact]
    public void The_genotype_of_the_epoch_before_can_be_the_result()
    {
        var rule = new OperationLimit("skip_connect", 2, "normal") { ReturnsEpochBefore = true };
        rule.Decide(Context([Genotype(0, 0), Genotype(1, 0), Genotype(2, 0)])).Epoch.Should().Be(2);
        rule.Decide(Context([Genotype(2, 0)])).Epoch.Should().Be(1, "there is none before");
    }

    [Fact]
    public async Task A_search_that_stops_returns_the_genotype_of_the_epoch_before()
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data).UpdatingArchitecture(o => o.Adam(0.1, 0.5, 0.999)).For(epochs: 8, batchSize: 10);
        Genotype[] free = [.. (await Search().RunAsync()).Epochs.Select(e => e.Genotype)];
        var (operation, count, first) = (
            from epoch in Enumerable.Range(1, free.Length - 1)
            from name in Small.Space.Cells[0].Operations.Select(o => o.Name)
            where free[epoch].Count(name) > 0 && free.Take(epoch).All(earlier => earlier.Count(name) < free[epoch].Count(name))
            select (name, free[epoch].Count(name), epoch)).First();
        SearchResult result = await Search().Following(new OperationLimit(operation, count) { ReturnsEpochBefore = true }).RunAsync();
        (result.Epochs.Count, result.GenotypeEpoch, result.Genotype).Should().Be((first + 1, first, free[first - 1]));
    }

    [Fact]
    public void A_ranking_that_ten_epochs_share_stops_and_one_of_nine_does_not()
    {
        var rule = new StableRanking();
        EpochReport first = Ranked(random: new(1)), other = Ranked(random: new(2));
        for (int same = 1; same <= 10; same++)
        {
            EpochDecision decision = rule.Decide(Context([other, .. Enumerable.Repeat(first, same)]));
            (decision.StopReason is not null).Should().Be(same == 10);
        }
        rule.Decide(Context([.. Enumerable.Repeat(first, 10), other, .. Enumerable.Repeat(first, 9)])).Should().Be(EpochDecision.Continue);
        rule.Decide(Context([.. Enumerable.Repeat(first, 12)], epochOfStage: 9)).Should().Be(EpochDecision.Continue, "of this stage");
    }

    [Fact]
    public void Only_the_order_of_learnable_candidates_of_an_edge_counts()
    {
        var rule = new StableRanking(2);
        CellSpecification cell = SearchSpaces.Darts().Cells[1];
        EpochReport report = Ranked(new(3));
        bool Stops(Action<double[,]> change)
        {
            EpochReport changed = Ranked(new(3));
            change(changed.Architecture["reduction"].Alpha);
            return rule.Decide(Context([report, changed])).StopReason is not null;
        }
        Stops(_ => { }).Should().BeTrue();
        Stops(alpha =>
        {
            foreach (CellEdge edge in cell.Topology.Edges)
                foreach (int k in new[] { 0, 1, 2, 3 })
                    alpha[edge.Index, k] += 5;
            for (int k = 4; k < 8; k++)
                alpha[7, k] = (2 * alpha[7, k]) - 3;
        }).Should().BeTrue("skip connections, poolings and zeros are not ranked, and values do not count");
        Stops(alpha => (alpha[13, 6], alpha[13, 7]) = (alpha[13, 7], alpha[13, 6])).Should().BeFalse("every edge has to be stable");
    }

    [Fact]
    public void Rules_that_can_compare_nothing_are_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Following(new StableRanking(1)).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*compares the rankings of 1 epochs; expected at least 2*");
        SearchSpace space = Small.Space;
        foreach (CellEdge edge in space.Cells[0].Topology.Edges)
            space = space.Allow("cell", edge.Index, "none", "skip_connect", "nor_conv_3x3");
        ArchitectureSearch.In(space).On(data).Following(new StableRanking()).Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*no edge of 'nasbench201' has two*");
        ArchitectureSearch.In(Small.Space, SearchMethods.DartsPlus()).On(data).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*looks at a kind of cell that the space 'nasbench201' does not have*");
    }

    /// <summary>A genotype with numbers of skip connections.</summary>
    private static EpochReport Genotype(int normal, int reduction) => Report(new Genotype(
    [
        KeyValuePair.Create("normal", Cell(normal)), KeyValuePair.Create("reduction", Cell(reduction)),
    ]), new Dictionary<string, CellSnapshot>());

    private static CellGenotype Cell(int skips) => new(Enumerable.Range(0, 4).Select(node => Enumerable.Range(0, 2)
        .Select(edge => new Gene((2 * node) + edge < skips ? "skip_connect" : "sep_conv_3x3", edge))));

    private static EpochReport Ranked(Random random)
    {
        SearchSpace space = SearchSpaces.Darts();
        return Report(space.RandomGenotype(1), space.Cells.ToDictionary(cell => cell.Name, _ =>
        {
            var alpha = new double[14, 8];
            for (int i = 0; i < alpha.Length; i++)
                alpha[i / 8, i % 8] = Gauss.Next(random);
            return Cells.Snapshot(alpha);
        }));
    }

    private static EpochReport Report(Genotype genotype, IReadOnlyDictionary<string, CellSnapshot> architecture) => new()
    {
        Epoch = 1, Epochs = 50, Seconds = 0, DataSeconds = 0, Genotype = genotype, WeightLoss = 0, WeightAccuracy = 0,
        ArchitectureLoss = 0, ArchitectureAccuracy = 0, WeightLearningRate = 0, ArchitectureLearningRate = 0, Architecture = architecture,
    };

    private static EpochRuleContext Context(EpochReport[] reports, int? epochOfStage = null)
    {
        SearchSpace space = SearchSpaces.Darts();
        return new()
        {
            Reports = reports, Space = space, FirstSpace = space, Stage = 1, EpochOfStage = epochOfStage ?? reports.Length,
            EpochsPerStage = 50,
        };
    }
}
