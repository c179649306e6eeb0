using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Genotypes within a limit of cost.</summary>
public class CostLimitTests
{
    /// <summary>A space of one cell and two edges into nodes of their own, whose latencies are round numbers.</summary>
    private static readonly SearchSpace Space = SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: 1, height: 8, width: 8);

    private static readonly LatencyTable Latencies = new(new Dictionary<string, double>
    {
        ["skip_connect"] = 1, ["avg_pool_3x3"] = 2, ["nor_conv_1x1"] = 4, ["nor_conv_3x3"] = 8,
    });

    private static IReadOnlyDictionary<string, CellSnapshot> Snapshot(SearchSpace space, Func<string, int, int, double> number) =>
        space.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            var of = new double[cell.Topology.Edges.Count, cell.Operations.Count];
            for (int i = 0; i < of.GetLength(0); i++)
                for (int k = 0; k < of.GetLength(1); k++)
                    of[i, k] = number(cell.Name, i, k);
            return new CellSnapshot(of, of);
        });

    // Columns: none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3; three cells, so that a 3x3 convolution costs 24.
    private static Genotype Derive(double limit, Func<string, int, int, double> number) =>
        Space.Derive(new CostLimit(new EdgeArgmax(), Latencies, limit), Snapshot(Space, number));

    [Fact]
    public void The_operation_of_least_weight_for_its_cost_is_given_up_first_and_the_next_best_takes_its_place()
    {
        // Every edge prefers the 3x3 convolution, edge 2 the least, edge 4 next; then the 1x1 convolution.
        double Number(string _, int edge, int k) => k switch
        {
            3 => edge == 2 ? 0.5 : edge == 4 ? 0.65 : 0.9, 2 => 0.35, 4 => 0.2, _ => 0.1,
        };
        string Ops(double limit) => string.Join(' ', Derive(limit, Number)["cell"].Nodes.SelectMany(n => n.Select(g => g.Operation)));
        const string all = "nor_conv_3x3";
        Ops(6 * 24).Should().Be($"{all} {all} {all} {all} {all} {all}", "the limit may be reached");
        Ops((6 * 24) - 0.1).Should().Be($"{all} {all} nor_conv_1x1 {all} {all} {all}");
        Ops((5 * 24) + 11.9).Should().Be($"{all} {all} nor_conv_1x1 {all} nor_conv_1x1 {all}");
        // 0.35 / 12 is less than 0.9 / 24: the 1x1 convolutions go before the next 3x3.
        Ops((4 * 24) + 23.9).Should().Be($"{all} {all} avg_pool_3x3 {all} nor_conv_1x1 {all}", "equal ones go by edge");
        Ops(0.1).Should().Be("none none none none none none");
    }

    [Fact]
    public void Equal_operations_go_in_the_order_of_kinds_edges_and_columns()
    {
        Genotype third = Derive((3 * 24) + (3 * 12), (_, _, k) => k == 3 ? 0.9 : k == 2 ? 0.8 : 0.1);
        third.ToString().Should().Be("|nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|");
    }

    [Fact]
    public void Every_genotype_of_random_weights_is_within_the_limit_and_that_of_the_rule_if_it_fits()
    {
        SearchSpace darts = Small.DartsSpace;
        OperationCosts costs = CostMetric.MultiplyAdds.Of(darts);
        int changed = 0;
        foreach (CellDerivation rule in new CellDerivation[]
            { new TopEdges(), new TopEdges { ComparesAlpha = true }, new TopPairs(), new SkipLimitedEdges(), new ThresholdEdges(0.5) })
            for (int seed = 0; seed < 6; seed++)
            {
                var random = new Random(seed);
                var snapshot = Snapshot(darts, (_, _, _) => random.NextDouble());
                Genotype free = darts.Derive(rule, snapshot);
                double limit = costs.FixedParts + (seed / 4.0 * (costs.Of(free) - costs.FixedParts));
                Genotype limited = darts.Derive(new CostLimit(rule, CostMetric.MultiplyAdds, limit), snapshot);
                ((double)new CostModel(darts).Of(limited).MultiplyAdds).Should().BeLessThanOrEqualTo(limit);
                limited.Equals(free).Should().Be(costs.Of(free) <= limit);
                changed += limited.Equals(free) ? 0 : 1;
                if (rule is SkipLimitedEdges)
                    limited["normal"].Count("skip_connect").Should().BeLessThanOrEqualTo(2);
            }
        changed.Should().BeInRange(15, 20);
    }

    [Fact]
    public void A_second_copy_of_an_operation_is_given_up_with_it()
    {
        SearchSpace doubled = Space.WithCopy("nor_conv_3x3", "again");
        var rule = new CostLimit(new EdgeArgmax(), CostMetric.Parameters, CostMetric.Parameters.Of(doubled).FixedParts);
        doubled.Derive(rule, Snapshot(doubled, (_, _, k) => k is 3 or 5 ? 1 : 0)).Count("nor_conv_3x3").Should().Be(0);
    }

    [Fact]
    public void A_limit_that_no_genotype_keeps_is_rejected_with_the_cheapest_cost()
    {
        double least = CostMetric.MultiplyAdds.Of(Space).FixedParts;
        var limit = new CostLimit(new EdgeArgmax(), CostMetric.MultiplyAdds, least - 1);
        using ClassificationDataset data = Small.Data();
        string message = $"*cheapest genotype of 'nasbench201'*'edge-argmax'*costs {least:#,0} multiply-adds*at most {least - 1:#,0}*";
        FluentActions.Invoking(() => Small.Search(data).Deriving(limit).Build()).Should().Throw<InvalidRunException>()
            .WithMessage(message + "Raise the limit*");
        FluentActions.Invoking(() => Space.Derive(limit, Snapshot(Space, (_, _, k) => k))).Should().Throw<InvalidOperationException>()
            .WithMessage(message);
        Space.Derive(limit with { Limit = least }, Snapshot(Space, (_, _, k) => k)).Count("nor_conv_3x3").Should().Be(0);
        (limit with { Limit = double.NaN }).Faults(Space).Should().ContainSingle().Which.Should().Match("*limit*NaN*above 0*");
    }

    [Fact]
    public void If_edges_cost_as_well_the_cheapest_edges_are_the_last_resort()
    {
        // Each edge has one candidate left, so that nothing can be given up; those of sources 0 and 1 are the strongest.
        SearchSpace darts = Small.DartsSpace.Restricted(candidate => candidate.Name == "sep_conv_3x3");
        var table = new LatencyTable([new("sep_conv_3x3", 1), new("sep_conv_3x3", 5, 8, 2), new("sep_conv_3x3", 5, 16, 2)]);
        var rule = new CostLimit(new TopEdges(), table, 8 + (2 * (10 + 6 + 2 + 2)));
        Genotype cheapest = darts.Derive(rule, Snapshot(darts, (_, edge, _) => -edge));
        cheapest["reduction"].Nodes[2].Select(gene => gene.Source).Should().BeEquivalentTo([2, 3]);
        (rule with { Limit = rule.Limit - 1 }).Faults(darts).Should().ContainSingle().Which.Should()
            .Match("*costs 48 seconds*at most 47*");
    }

    [Fact]
    public async Task Every_genotype_of_a_search_is_within_the_limit()
    {
        using ClassificationDataset data = Small.Data();
        OperationCosts costs = CostMetric.MultiplyAdds.Of(Space);
        SearchResult free = await Small.Search(data).WithSeed(2).RunAsync();
        double limit = (costs.FixedParts + free.Epochs.Max(epoch => costs.Of(epoch.Genotype))) / 2;
        limit.Should().BeGreaterThan(costs.FixedParts);
        SearchResult limited = await Small.Search(data).WithSeed(2)
            .Deriving(new CostLimit(new EdgeArgmax(), CostMetric.MultiplyAdds, limit)).RunAsync();
        limited.Epochs.Select(epoch => costs.Of(epoch.Genotype)).Should().OnlyContain(cost => cost <= limit);
        ((double)limited.Cost.MultiplyAdds).Should().BeLessThanOrEqualTo(limit);
    }
}
