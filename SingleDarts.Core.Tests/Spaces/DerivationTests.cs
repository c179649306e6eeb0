using SingleDarts.Core.Runs;
using CsCheck;
using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class DerivationTests
{
    // Few distinct values, so that ties are common.
    private static Gen<double[,]> Scores(CellSpecification cell) =>
        Gen.Int[-3, 3].Select(i => i / 4.0).Array2D[cell.Topology.Edges.Count, cell.Operations.Count];

    [Fact]
    public void Edge_argmax_keeps_every_edge_with_its_first_largest_operation() => Scores(Cells.NasBench201).Sample(alpha =>
    {
        var cell = new EdgeArgmax().Derive(Cells.NasBench201, new CellSnapshot(alpha, new double[6, 5]));
        Cells.NasBench201.Validate(cell);
        int edge = 0;
        for (int node = 1; node <= 3; node++)
            for (int source = 0; source < node; source++, edge++)
            {
                int best = 0;
                for (int o = 1; o < 5; o++)
                    if (alpha[edge, o] > alpha[edge, best])
                        best = o;
                if (cell.Nodes[node - 1][source] != new Gene(Cells.NasBench201.Operations[best].Name, source))
                    return false;
            }
        return cell.Nodes.Sum(n => n.Count) == 6;
    });

    [Fact]
    public void Edge_argmax_may_choose_none()
    {
        var alpha = new double[6, 5];
        alpha[3, 0] = 1;
        alpha[0, 3] = alpha[1, 3] = alpha[2, 3] = alpha[4, 3] = alpha[5, 3] = 1;
        new EdgeArgmax().Derive(Cells.NasBench201, Cells.Snapshot(alpha)).ToString()
            .Should().Be("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_3x3~1|nor_conv_3x3~2|");
    }

    [Fact]
    public void Top_edges_equal_the_published_rule() =>
        Gen.Select(Scores(Cells.Darts), Gen.Int[1, 6]).Sample((weights, edges) =>
        {
            var alpha = new double[14, 5];
            var cell = new TopEdges(edges).Derive(Cells.Darts, new CellSnapshot(alpha, weights));
            Cells.Darts.Validate(cell);
            return cell.ToString() == string.Join('+', PublishedRule(weights, edges));
        }, iter: 1000);

    // Insertion by repeated selection: no sort shared with the code under test. Column 0 is none.
    private static IEnumerable<string> PublishedRule(double[,] weights, int edges)
    {
        for (int node = 0, start = 0; node < 4; start += 2 + node, node++)
        {
            var left = Enumerable.Range(0, 2 + node).ToList();
            string text = "|";
            for (int kept = 0; kept < edges && left.Count > 0; kept++)
            {
                int strongest = left[0];
                foreach (int source in left)
                    if (Strength(source) > Strength(strongest))
                        strongest = source;
                left.Remove(strongest);
                int best = 1;
                while (weights[start + strongest, best] != Strength(strongest))
                    best++;
                text += $"{Cells.Darts.Operations[best].Name}~{strongest}|";
            }
            yield return text;

            double Strength(int source) => Math.Max(
                Math.Max(weights[start + source, 1], weights[start + source, 2]),
                Math.Max(weights[start + source, 3], weights[start + source, 4]));
        }
    }

    [Fact]
    public void Top_edges_read_weights_and_put_the_strongest_first()
    {
        var weights = new double[14, 5];
        for (int e = 0; e < 14; e++)
            weights[e, 0] = 9;
        (weights[2, 3], weights[3, 1], weights[4, 2]) = (0.2, 0.4, 0.3);
        var node = new TopEdges().Derive(Cells.Darts, new CellSnapshot(new double[14, 5], weights)).Nodes[1];
        node.Should().Equal(new Gene("max_pool_3x3", 1), new Gene("skip_connect", 2));
    }

    [Fact]
    public void A_diverged_search_derives_nothing()
    {
        var scores = new double[6, 5];
        scores[4, 2] = double.NaN;
        foreach (var rule in new CellDerivation[] { new EdgeArgmax(), new TopEdges() })
            rule.Invoking(r => r.Derive(Cells.NasBench201, Cells.Snapshot(scores)))
                .Should().Throw<ArgumentException>().WithMessage("*NaN at edge 3<-1, operation 'nor_conv_1x1'*");
    }

    [Fact]
    public void A_masked_operation_is_never_chosen()
    {
        var scores = new double[6, 5];
        for (int e = 0; e < 6; e++)
            scores[e, 0] = scores[e, 1] = double.NegativeInfinity;
        foreach (var rule in new CellDerivation[] { new EdgeArgmax(), new TopEdges(3) })
            rule.Derive(Cells.NasBench201, Cells.Snapshot(scores)).Count("nor_conv_1x1").Should().Be(6);
    }

    [Fact]
    public void Parameters_of_another_space_are_refused() =>
        new EdgeArgmax().Invoking(r => r.Derive(Cells.NasBench201, Cells.Snapshot(new double[14, 8])))
            .Should().Throw<ArgumentException>().WithMessage("*[14, 8], expected [6, 5]*");

    [Fact]
    public void Top_edges_need_an_operation_other_than_zero_and_an_edge()
    {
        var zeros = Cells.Cell("cell", 1, 3, "none", "none_too");
        FluentActions.Invoking(() => new TopEdges().Derive(zeros, Cells.Snapshot(new double[6, 2])))
            .Should().Throw<ArgumentException>().WithMessage("*only zero operations (none, none_too)*");
        FluentActions.Invoking(() => new TopEdges(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Rules_have_names_for_run_records()
    {
        new EdgeArgmax().Name.Should().Be("edge-argmax");
        new TopEdges().Name.Should().Be("top-2-edges");
    }

    [Fact]
    public async Task A_search_derives_by_a_rule_of_ones_own()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data).Deriving(new WeakestOfAll()).RunAsync();
        double[,] alpha = result.Architecture["cell"].Alpha;
        for (int edge = 0; edge < 6; edge++)
        {
            Gene gene = result.Genotype["cell"].Nodes.SelectMany(genes => genes).ElementAt(edge);
            gene.Operation.Should().Be(NasBench201Genotypes.Operations[Enumerable.Range(0, 5).MinBy(k => alpha[edge, k])]);
        }
        result.Epochs.Should().OnlyContain(epoch => epoch.Genotype["cell"].Nodes.Count == 3);
    }

    [Fact]
    public void A_rule_that_cannot_derive_a_space_is_refused_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Deriving(new WeakestOfAll(Fault: "has an odd number of nodes.")).Invoking(search => search.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*weakest*cannot derive: Cell 'cell' has an odd number of nodes.*");
        var zeros = Cells.Cell("cell", 1, 2, "none", "none_again");
        new TopEdges().Faults(zeros).Should().ContainSingle().Which.Should().Contain("only zero operations (none, none_again)");
        new TopEdges().Faults(Cells.Darts).Should().BeEmpty();
    }

    private sealed record WeakestOfAll(string? Fault = null) : CellDerivation
    {
        public override IEnumerable<string> Faults(CellSpecification cell) => Fault is null ? [] : [$"Cell '{cell.Name}' {Fault}"];

        public override string Name => "weakest";

        public override CellGenotype Derive(CellSpecification cell, CellSnapshot snapshot) => new(
            Enumerable.Range(1, 3).Select(node => cell.Topology.EdgesInto(node).Select(edge => new Gene(
                cell.Operations[cell.Allowed(edge).MinBy(k => snapshot.Alpha[edge.Index, k])].Name, edge.Source))));
    }
}
