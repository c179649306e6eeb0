using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Names, limits and corners of the rules that derive cells.</summary>
public class DerivationRulesTests
{
    /// <summary>Edges 2←0, 2←1, 3←0, 3←1, 3←2.</summary>
    private static readonly CellSpecification Small = Cells.Cell("normal", 2, 2, "none", "skip_connect", "conv");

    [Fact]
    public void Names_say_what_differs() => new CellDerivation[]
    {
        new TopEdges(3), new TopEdges { ComparesAlpha = true }, new TopPairs(1), new ThresholdEdges(),
        new ThresholdEdges(0.5) { Edges = null }, new ThresholdEdges { OperationsPerEdge = 2 }, new SkipLimitedEdges { MaximumSkips = 0 },
    }.Select(rule => rule.Name).Should().Equal("top-3-edges", "top-2-edges-of-alpha", "top-1-pairs",
        "weights-from-0.85-of-top-2-edges", "weights-from-0.5-of-all-edges", "weights-from-0.85-of-top-2-edges-2-each",
        "top-2-edges-0-skips");

    [Fact]
    public void Names_of_selections_say_whether_they_sample()
    {
        new MostProbableSelection().Name.Should().Be("most-probable-selection");
        new MostProbableSelection { IsSampled = true }.Name.Should().Be("probable-selection");
    }

    [Fact]
    public void The_least_numbers_are_allowed_and_lower_ones_are_named()
    {
        SearchSpace space = SearchSpaces.NasBench201([3, 8, 8], 10);
        new MostProbableSelection { Count = 1, CountPerEpoch = 0, BatchSize = 2, Batches = 1, FinalistBatches = 1 }.Faults(space)
            .Should().BeEmpty();
        new MostProbableSelection { BatchSize = 1 }.Faults(space).Should().ContainSingle().Which.Should().Contain("batches of 1");
        new MostProbableSelection { Count = 0 }.Faults(space).Should().ContainSingle().Which.Should().Contain("0 candidates");
        new MostProbableSelection { FinalistBatches = 0 }.Faults(space).Should().ContainSingle().Which.Should().Contain("on 0 batches");
        new ThresholdEdges { Edges = 1, OperationsPerEdge = 1 }.Faults(Small).Should().BeEmpty();
        new ThresholdEdges { Edges = 0 }.Faults(Small).Should().ContainSingle().Which.Should().Contain("of 0 edges");
        new SkipLimitedEdges { MaximumSkips = 0 }.Faults(Small).Should().BeEmpty();
        new SkipLimitedEdges { MaximumSkips = -1 }.Faults(Small).Should().ContainSingle().Which.Should().Contain("-1 skip connections");
        foreach (double limit in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            new CostLimit(new TopEdges(), CostMetric.MultiplyAdds, limit).Faults(SearchSpaces.Darts([3, 8, 8], 10)).Should().ContainSingle()
                .Which.Should().Contain("expected a number above 0");
    }

    [Fact]
    public void A_cell_of_zero_operations_alone_has_no_genotype()
    {
        CellSpecification zeros = Cells.Cell("normal", 2, 2, "none", "none_too");
        foreach (CellDerivation rule in new CellDerivation[]
            { new TopEdges(), new TopPairs(), new ThresholdEdges(), new SkipLimitedEdges() })
        {
            rule.Faults(zeros).Should().ContainSingle(rule.Name).Which.Should().Contain("only zero operations (none, none_too)");
            rule.Invoking(r => r.Derive(zeros, Cells.Snapshot(new double[5, 2]))).Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Null_is_refused()
    {
        foreach (CellDerivation rule in new CellDerivation[]
            { new EdgeArgmax(), new TopEdges(), new TopPairs(), new ThresholdEdges(), new SkipLimitedEdges() })
        {
            rule.Invoking(r => r.Derive(Small, null!)).Should().Throw<ArgumentNullException>().WithParameterName("snapshot");
            rule.Invoking(r => r.Derive(null!, Cells.Snapshot(new double[5, 3]))).Should().Throw<ArgumentNullException>(rule.Name);
        }
    }

    [Fact]
    public void Top_edges_compare_weights_or_alpha()
    {
        double[,] first = { { 9, 1, 2 }, { 9, 3, 1 }, { 0, 1, 0 }, { 0, 5, 0 }, { 0, 0, 3 } };
        double[,] second = { { 0, 5, 1 }, { 0, 1, 2 }, { 0, 7, 8 }, { 0, 1, 0 }, { 0, 6, 0 } };
        var snapshot = new CellSnapshot(first, second);
        new TopEdges(1) { ComparesAlpha = true }.Derive(Small, snapshot).ToString().Should().Be("|skip_connect~1|+|skip_connect~1|");
        new TopEdges(1).Derive(Small, snapshot).ToString().Should().Be("|skip_connect~0|+|conv~0|");
    }

    [Theory]
    [InlineData(3, "|skip_connect~0|conv~1|+|skip_connect~0|skip_connect~2|")]
    [InlineData(2, "|conv~0|conv~1|+|skip_connect~0|skip_connect~2|")]
    [InlineData(1, "|conv~0|conv~1|+|conv~1|skip_connect~2|")]
    [InlineData(0, "|conv~0|conv~1|+|conv~0|conv~1|")]
    public void Skip_connections_beyond_the_limit_give_way_from_the_weakest_on_and_genes_stand_by_source(int most, string expected)
    {
        double[,] weights = { { 9, 0.5, 0.1 }, { 9, 0.1, 0.3 }, { 9, 0.6, 0.15 }, { 9, 0.1, 0.2 }, { 9, 0.7, 0.05 } };
        new SkipLimitedEdges { MaximumSkips = most }.Derive(Small, Cells.Snapshot(weights)).ToString().Should().Be(expected);
        CellSpecification reduction = Cells.Cell("reduction", 2, 2, "none", "skip_connect", "conv");
        new SkipLimitedEdges { MaximumSkips = 0 }.Derive(reduction, Cells.Snapshot(weights)).ToString().Should()
            .Be("|skip_connect~0|conv~1|+|skip_connect~0|skip_connect~2|", "the limit is for normal cells");
    }

    [Fact]
    public void Skip_connections_stay_if_the_edges_have_nothing_else() =>
        new SkipLimitedEdges { MaximumSkips = 0 }
            .Derive(Cells.Cell("normal", 2, 1, "none", "skip_connect"), Cells.Snapshot(new[,] { { 0, 0.5 }, { 0, 0.4 } }))
            .ToString().Should().Be("|skip_connect~0|skip_connect~1|");

    [Fact]
    public void Surviving_operations_are_all_that_are_left_but_no_node_reads_only_nodes_without_genes()
    {
        SearchSpace space = SearchSpaces.NasBench201([3, 8, 8], 10)
            .Allow("cell", 0, "none").Allow("cell", 1, "skip_connect", "nor_conv_3x3")
            .Allow("cell", 2, "none", "skip_connect").Allow("cell", 3, "none").Allow("cell", 4, "skip_connect").Allow("cell", 5, "none");
        new SurvivingOperations().Derive(space.Cells[0], Cells.Snapshot(new double[6, 5])).ToString().Should()
            .Be("||+|skip_connect~0|nor_conv_3x3~0|skip_connect~1|+||");
        new SurvivingOperations().Derive(space.Allow("cell", 5, "avg_pool_3x3").Cells[0], Cells.Snapshot(new double[6, 5])).ToString()
            .Should().EndWith("+|skip_connect~1|avg_pool_3x3~2|");
        FluentActions.Invoking(() => new SurvivingOperations().Derive(null!, Cells.Snapshot(new double[6, 5]))).Should()
            .Throw<ArgumentNullException>();
    }
}
