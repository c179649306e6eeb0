using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class ThresholdEdgesTests
{
    private static readonly CellSpecification Cell = Cells.Darts;

    [Fact]
    public void Nothing_below_the_threshold_is_kept()
    {
        double[,] weights = Weights(0.849999);
        new ThresholdEdges().Derive(Cell, Cells.Snapshot(weights)).ToString().Should().Be("||+||+||+||");
        weights[0, 3] = 0.85;
        new ThresholdEdges().Derive(Cell, Cells.Snapshot(weights)).ToString().Should().Be("|sep_conv_3x3~0|+||+||+||");
        new ThresholdEdges().Derive(Cell, Cells.Snapshot(weights)).IsEmpty.Should().BeFalse();
    }

    /// <summary>Against the rule written anew, number by number.</summary>
    [Fact]
    public void The_two_strongest_edges_of_a_node_keep_their_best_operation_if_it_reaches_the_threshold()
    {
        var random = new Random(1);
        for (int draw = 0; draw < 100; draw++)
        {
            double[,] weights = Weights(0);
            for (int i = 0; i < weights.Length; i++)
                weights[i / 5, i % 5] = random.NextDouble();
            CellGenotype derived = new ThresholdEdges(0.8).Derive(Cell, Cells.Snapshot(weights));
            for (int node = 0; node < 4; node++)
            {
                var edges = Cell.Topology.EdgesInto(node + 2).Select(edge => (edge.Source,
                    Best: Enumerable.Range(1, 4).MaxBy(k => weights[edge.Index, k]),
                    Most: Enumerable.Range(1, 4).Max(k => weights[edge.Index, k]))).OrderBy(edge => -edge.Most).Take(2)
                    .Where(edge => edge.Most >= 0.8).ToArray();
                bool isDead = edges.All(edge => edge.Source > 1 && derived.Nodes[edge.Source - 2].Count == 0);
                derived.Nodes[node].Select(gene => (gene.Source, gene.Operation)).Should().Equal(
                    isDead ? [] : edges.Select(edge => (edge.Source, Cell.Operations[edge.Best].Name)));
            }
            Cell.Validate(derived);
        }
    }

    [Fact]
    public void All_edges_may_keep_two_operations_each()
    {
        double[,] weights = Weights(0.1);
        foreach (CellEdge edge in Cell.Topology.EdgesInto(4))
            for (int k = 0; k < 4; k++)
                weights[edge.Index, k] = 0.9 + (0.01 * k) + (0.001 * edge.Source);
        new ThresholdEdges { Edges = null, OperationsPerEdge = 2 }.Derive(Cell, Cells.Snapshot(weights)).Nodes.Select(n => n.Count)
            .Should().Equal([0, 0, 8, 0], "two of the four sources are nodes without genes, which is for the network to leave out");
    }

    [Fact]
    public void A_node_that_reads_nothing_but_nodes_without_genes_has_none()
    {
        double[,] weights = Weights(0.1);
        weights[Cell.Topology.Edge(3, 5).Index, 3] = 0.95;
        weights[Cell.Topology.Edge(4, 5).Index, 3] = 0.9;
        new ThresholdEdges().Derive(Cell, Cells.Snapshot(weights)).IsEmpty.Should().BeTrue();
        weights[Cell.Topology.Edge(1, 4).Index, 2] = 0.9;
        new ThresholdEdges().Derive(Cell, Cells.Snapshot(weights)).ToString().Should()
            .Be("||+||+|skip_connect~1|+|sep_conv_3x3~3|sep_conv_3x3~4|", "one of its sources gives something");
    }

    [Theory]
    [InlineData(double.NaN, 2, 1, "*threshold of the derivation is NaN*")]
    [InlineData(0.85, 0, 1, "*keeps 1 operations of 0 edges*")]
    [InlineData(0.85, 2, 0, "*keeps 0 operations of 2 edges*")]
    public void Invalid_settings_are_rejected_before_the_search(double threshold, int edges, int operations, string message)
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Deriving(new ThresholdEdges(threshold) { Edges = edges, OperationsPerEdge = operations })
            .Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage(message);
    }

    private static double[,] Weights(double value)
    {
        var weights = new double[14, 5];
        for (int i = 0; i < weights.Length; i++)
            weights[i / 5, i % 5] = value;
        return weights;
    }
}
