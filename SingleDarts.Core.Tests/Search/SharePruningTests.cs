using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search;

/// <summary>The pruning of GOLD-NAS and the weight that it feeds back.</summary>
public class SharePruningTests
{
    private static readonly SearchSpace Small = SearchSpaces.GoldNas(3, channels: 4, layers: 3, height: 8, width: 8);

    private static IReadOnlyDictionary<string, CellSnapshot> Snapshot(SearchSpace space, Func<double> alpha) =>
        space.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            var of = new double[14, 2];
            for (int i = 0; i < of.Length; i++)
                of[i / 2, i % 2] = alpha();
            return new CellSnapshot(of, of);
        });

    private static EpochReport Report(SearchSpace space, IReadOnlyDictionary<string, CellSnapshot> snapshot, int candidates) => new()
    {
        Candidates = candidates, Genotype = space.Derive(new SurvivingOperations(), snapshot), Architecture = snapshot, Epoch = 1,
        Epochs = 9, WeightLoss = 0, WeightAccuracy = 0, ArchitectureLoss = 0, ArchitectureAccuracy = 0, WeightLearningRate = 0,
        ArchitectureLearningRate = 0, Seconds = 0, DataSeconds = 0,
    };

    private static EpochRuleContext Context(SearchSpace first, SearchSpace space, params EpochReport[] reports) => new()
    {
        Reports = reports, FirstSpace = first, Space = space, Stage = 1, EpochOfStage = reports.Length, EpochsPerStage = 9,
    };

    [Fact]
    public void Lambda_grows_until_pruning_goes_on_and_then_halves()
    {
        var rule = new SharePruning();
        void Is(double expected, params int[] pruned) => rule.WeightAfter(pruned).Should().BeApproximately(expected, 1e-18);
        Is(2e-5, 0);
        Is(6e-5, 0, 0);
        Is(14e-5, 0, 0, 0);
        Is(14e-5, 3, 0, 1);
        Is(7e-5, 0, 0, 0, 4);
        Is(3.5e-5, 0, 0, 0, 4, 9);
        Is(9e-5, 0, 0, 0, 4, 0);
    }

    [Fact]
    public void Every_epoch_feeds_lambda_back_by_the_candidates_that_went_before()
    {
        SearchSpace space = SearchSpaces.GoldNas(3, channels: 4, layers: 3, height: 8, width: 8);
        var even = Snapshot(space, () => 0);
        EpochReport[] reports = [Report(space, even, 84), Report(space, even, 84), Report(space, even, 80), Report(space, even, 80)];
        var rule = new SharePruning { LimitShare = 0 };
        EpochDecision Decide(int epochs) => rule.Decide(Context(space, space, reports[..epochs]));
        Decide(1).Should().Be(EpochDecision.Continue with { Feedback = 2e-5 });
        Decide(2).Feedback.Should().BeApproximately(6e-5, 1e-18);
        // Four went after the second epoch: 2e-5, 1e-5, then steps from 2e-5 on.
        Decide(3).Feedback.Should().BeApproximately(1e-5 + 2e-5, 1e-18);
        Decide(4).Feedback.Should().BeApproximately(1e-5 + 2e-5 + 4e-5, 1e-18);
    }

    /// <summary>The loop over cells, edges and operations of the published script, on arrays.</summary>
    private static bool[][,] Scanned(SharePruning rule, double[][,] alpha)
    {
        double[][,] a = [.. alpha.Select(cell => (double[,])cell.Clone())];
        int[] first = [0, 2, 5, 9, 14];
        for (int round = 0; round < rule.Rounds; round++)
        {
            (int Cell, int Edge, int Op) weakest = default;
            double least = 10_000;
            for (int cell = 0; cell < a.Length; cell++)
            {
                double W(int edge, int op) => a[cell][edge, op] < -1000 ? 0 : 1 / (1 + Math.Exp(-a[cell][edge, op]));
                double[,] w = new double[14, 2];
                for (int i = 0; i < 28; i++)
                    w[i / 2, i % 2] = W(i / 2, i % 2);
                double sum = 0;
                for (int edge = 0; edge < 14; edge++)
                {
                    int node = Array.IndexOf(first, edge);
                    if (node >= 0)
                    {
                        sum = 0;
                        for (int e = edge; e < first[node + 1]; e++)
                            sum += w[e, 0] + w[e, 1];
                    }
                    for (int op = 0; op < 2; op++)
                    {
                        double share = w[edge, op] / sum;
                        if (share > rule.LeastShare)
                        {
                            if (share < least)
                            {
                                weakest = (cell, edge, op);
                                least = share;
                            }
                        }
                        else if (share > 1e-8)
                        {
                            a[cell][edge, op] -= 10_000;
                            sum -= w[edge, op];
                        }
                    }
                }
            }
            if (least <= rule.LargestShare)
                a[weakest.Cell][weakest.Edge, weakest.Op] -= 10_000;
        }
        return [.. a.Select(cell =>
        {
            var alive = new bool[14, 2];
            for (int i = 0; i < 28; i++)
                alive[i / 2, i % 2] = cell[i / 2, i % 2] > -1000;
            return alive;
        })];
    }

    [Theory]
    [InlineData(1.5, 0.01, 0.05)]
    [InlineData(3, 0.01, 0.05)]
    [InlineData(1, 0.03, 0.2)]
    [InlineData(1, 0.12, 0.15)]
    public void What_is_pruned_is_what_the_published_script_prunes(double deviation, double least, double largest)
    {
        var rule = new SharePruning { LeastShare = least, LargestShare = largest };
        int pruned = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var snapshot = Snapshot(Small, () => deviation * Gauss.Next(random));
            bool[][,] alive = Scanned(rule, [.. Small.Cells.Select(cell => snapshot[cell.Name].Alpha)]);
            SearchSpace left = new PruningRounds(rule, Small, snapshot).Left;
            foreach (var (cell, of) in left.Cells.Zip(alive))
                foreach (CellEdge edge in cell.Topology.Edges)
                    for (int k = 0; k < 2; k++)
                        cell.IsAllowed(edge, k).Should().Be(of[edge.Index, k]);
            pruned += 84 - left.CandidateCount;
            left.Derive(new SurvivingOperations(), snapshot).Cells.Values.Should()
                .OnlyContain(cell => cell.Nodes.All(genes => genes.Count > 0), "the last of a node has the whole share");
        }
        pruned.Should().BeGreaterThan(40);
    }

    [Fact]
    public void The_series_has_the_genotypes_that_a_pruning_left_after_stable_epochs()
    {
        var even = Snapshot(Small, () => 0);
        SearchSpace[] spaces = [Small];
        foreach (int edge in new[] { 13, 12, 11 })
            spaces = [.. spaces, spaces[^1].Without("cell02", edge, "sep_conv_3x3")];
        EpochReport Of(int pruned) => Report(spaces[pruned], even, 84 - pruned);
        // Pruned after epochs 5 (stable for 4), 9 (for 3) and 14, the last one (for 4).
        EpochReport[] reports = [.. new[] { 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2 }.Select(Of)];
        var result = new SearchResult(Of(3).Genotype, default, reports, null);
        new SharePruning().Series(result).Should().Equal(new PrunedGenotype(5, Of(1).Genotype), new PrunedGenotype(14, Of(3).Genotype));
        new SharePruning().Series(result with { Genotype = Of(2).Genotype }).Should().Equal(new PrunedGenotype(5, Of(1).Genotype));
    }

    [Fact]
    public async Task Two_rules_that_feed_back_and_numbers_that_are_not_finite_are_rejected()
    {
        using ClassificationDataset data = Fixtures.Small.Data();
        ArchitectureSearch Fed(params double[] numbers) => numbers.Index().Aggregate(Fixtures.Small.Search(data), (search, number) =>
            search.Following(new Deciding(_ => EpochDecision.Continue with { Feedback = number.Item }, $"rule {number.Index}")));
        await FluentActions.Awaiting(() => Fed(1, 2).RunAsync()).Should().ThrowAsync<InvalidRunException>()
            .WithMessage("*'rule 0' and 'rule 1' feed*");
        await FluentActions.Awaiting(() => Fed(double.NaN).RunAsync()).Should().ThrowAsync<InvalidRunException>()
            .WithMessage("*feeds NaN back*");
    }
}
