using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class CollapseIndicatorsTests
{
    private const int None = 0, Skip = 1, Conv3x3 = 3;

    [Fact]
    public void Shares_and_entropies_are_those_of_alpha()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        Set(search, (0, Skip, 0.0), (1, Conv3x3, 1.0), (2, None, 20.0));
        CellIndicators cell = EpochReports.Measure(new CollapseIndicators(), search.Step).Cells["cell"];
        double[] p = [.. search.Alpha.sigmoid().data<double>()];
        cell.NonLearnableShare.Should().BeApproximately(5 / 6.0, 1e-12, "only edge 2<-0 has a convolution; ties go to the first operation");
        cell.NonLearnableMass.Should().BeApproximately(p.Where((_, i) => i % 5 is 0 or 1 or 4).Sum() / p.Sum(), 1e-12);
        cell.Edges.Select(e => e.Edge).Should().Equal("1<-0", "2<-0", "2<-1", "3<-0", "3<-1", "3<-2");
        cell.Edges.Take(3).Select(e => (e.Leader, e.NonLearnableLeads)).Should()
            .Equal(("skip_connect", true), ("nor_conv_3x3", false), ("none", true));
        cell.Edges[3].Entropy.Should().BeApproximately(Math.Log(5), 1e-12);
        double rest = 0.125 / (4 * 0.125 + 0.5), half = 0.5 / (4 * 0.125 + 0.5);
        cell.Edges[0].Entropy.Should().BeApproximately(-4 * rest * Math.Log(rest) - half * Math.Log(half), 1e-12);
    }

    [Fact]
    public void Margin_is_the_gap_between_the_two_smallest_gradients()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        double[,] gradient = EpochReports.Measure(new OperationGradients(), search.Step).Total["cell"];
        IReadOnlyList<EdgeIndicators> edges = EpochReports.Measure(new CollapseIndicators(), search.Step).Cells["cell"].Edges;
        for (int edge = 0; edge < 6; edge++)
        {
            double[] row = [.. Enumerable.Range(0, 5).Select(k => gradient[edge, k])];
            double smallest = row.Min();
            edges[edge].Margin.Should().BeApproximately(row.Where(g => g != smallest).Min() - smallest, 1e-12);
            edges[edge].Favoured.Should().Be(search.Supernet.Space.Cells[0].Operations[Array.IndexOf(row, smallest)].Name);
            edges[edge].PredictedAfter.Should().BeNull("the theorem is about softmax");
        }
    }

    [Fact]
    public void Indicators_of_an_edge_are_of_the_candidates_that_it_allows()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(space: Restricted.Small);
        Set(search, (1, Skip, 20.0), (3, Skip, 20.0));
        double[,] gradient = EpochReports.Measure(new OperationGradients(), search.Step).Total["cell"];
        CellIndicators cell = EpochReports.Measure(new CollapseIndicators(), search.Step).Cells["cell"];
        double[] counts = [.. Restricted.Columns.Select(columns => (double)columns.Length)];
        foreach (var (edge, n) in cell.Edges.Zip(counts))
            edge.Entropy.Should().BeApproximately(Math.Log(n), 1e-12);
        cell.Edges.Select(e => e.Leader).Should().Equal("skip_connect", "nor_conv_1x1", "none", "nor_conv_1x1", "none", "none");
        cell.Edges.Should().OnlyContain(e => e.CollapsedAfter == null);
        cell.NonLearnableMass.Should().BeApproximately(9 / 15.0, 1e-12, "9 of the 15 candidates have no weights");
        for (int edge = 0; edge < 6; edge++)
        {
            double[] row = [.. Restricted.Columns[edge].Select(k => gradient[edge, k]).Order()];
            cell.Edges[edge].Margin.Should().BeApproximately(row.Length == 1 ? 0 : row[1] - row[0], 1e-12);
        }
        foreach (var (edge, k) in Restricted.Excluded)
            gradient[edge, k].Should().Be(0);
        var p = EpochReports.Measure(new GradientCorrelation(), search.Step);
        p.Nodes.Should().NotBeEmpty().And.OnlyContain(node => double.IsFinite(node.Paper.Cosine));
    }

    [Fact]
    public void Times_tell_when_the_lead_was_taken_lost_and_when_the_edge_collapsed()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        var watch = new CollapseIndicators();
        var found = new List<EdgeIndicators>();
        foreach (double skip in new[] { -4.0, 0, -4, 1, 5, 5 })
        {
            Set(search, (2, Skip, skip));
            found.Add(EpochReports.Measure(watch, search.Step, found.Count + 1).Cells["cell"].Edges[2]);
        }
        found.Select(e => e.OvertakenAfter).Should().Equal(null, 1, 1, 1, 1, 1);
        found.Select(e => e.LedSince).Should().Equal(null, 1, null, 3, 3, 3);
        found.Select(e => e.CollapsedAfter).Should().Equal(null, null, null, null, 4, 4);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Predicted_time_bounds_the_gradient_flow_of_the_worst_case(double lead)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: Relaxations.Softmax);
        string[] operations = [.. search.Supernet.Space.Cells[0].Operations.Select(o => o.Name)];
        Tensor start = search.Alpha.detach().clone();
        EdgeIndicators Lead(int edge, int operation)
        {
            using (no_grad())
                search.Alpha.copy_(start);
            Set(search, (edge, operation, lead));
            return EpochReports.Measure(new CollapseIndicators { Epsilon = 0.05 }, search.Step).Cells["cell"].Edges[edge];
        }
        var (edge, found) = (
            from e in Enumerable.Range(0, 6)
            from k in Enumerable.Range(0, 5)
            let indicators = Lead(e, k)
            where indicators.PredictedAfter is not null
            select (e, indicators)).First();
        found.Leader.Should().Be(found.Favoured, "the theorem speaks of the operation that leads");
        Lead(edge, Array.IndexOf(operations, found.Favoured));
        double bound = found.PredictedAfter!.Value - 1;

        double[] alpha = [.. search.Alpha[edge].data<double>()];
        int best = Array.IndexOf(operations, found.Favoured);
        double dt = bound / 20_000, time = 0;
        for (; Softmax(alpha)[best] <= 0.95 && time < 2 * bound; time += dt)
        {
            double[] p = Softmax(alpha);
            for (int k = 0; k < 5; k++)
                alpha[k] -= dt * p[k] * ((k == best ? 0 : found.Margin) - (1 - p[best]) * found.Margin);
        }
        time.Should().BeLessThan(bound * 1.001).And.BeGreaterThan(bound * 0.2);
    }

    private static double[] Softmax(double[] alpha)
    {
        double sum = alpha.Sum(Math.Exp);
        return [.. alpha.Select(a => Math.Exp(a) / sum)];
    }

    private static void Set(SmallSearch search, params (int Edge, int Operation, double Alpha)[] values)
    {
        using var _ = no_grad();
        foreach (var (edge, operation, alpha) in values)
            search.Alpha[edge, operation] = alpha;
    }
}
