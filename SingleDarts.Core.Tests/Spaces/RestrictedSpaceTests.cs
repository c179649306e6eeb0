using CsCheck;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

/// <summary>Candidates that differ by edge, as numbers and names.</summary>
public class RestrictedSpaceTests
{
    private static CellSpecification Cell => Restricted.Small.Cells[0];

    [Fact]
    public void Edges_have_the_candidates_that_were_named_in_the_order_of_alpha()
    {
        Cell.Topology.Edges.Select(edge => Cell.Allowed(edge).ToArray()).Should()
            .BeEquivalentTo(Restricted.Columns, o => o.WithStrictOrdering());
        Cell.IsAllowed(Cell.Topology.Edges[0], 3).Should().BeTrue();
        Cell.IsAllowed(Cell.Topology.Edges[0], 2).Should().BeFalse();
        Cell.IsEverythingAllowed.Should().BeFalse();
        SearchSpaces.NasBench201().Cells[0].IsEverythingAllowed.Should().BeTrue();
    }

    [Fact]
    public void Genotypes_are_counted_edge_by_edge()
    {
        Restricted.Small.GenotypeCount.Should().Be(2 * 1 * 3 * 2 * 2 * 5);
        SearchSpaces.NasBench201().GenotypeCount.Should().Be(15_625);
    }

    [Fact]
    public void Neither_rule_chooses_what_an_edge_does_not_allow() => Gen.Select(
        Gen.Int[-3, 3].Select(i => i / 4.0).Array2D[14, 5], Gen.Bool.Array2D[14, 5], Gen.Int[1, 5]).Sample((scores, allowed, edges) =>
    {
        CellSpecification cell = Restrict(Cells.Darts, allowed);
        CellGenotype best = new EdgeArgmax().Derive(cell, Cells.Snapshot(scores)), top = new TopEdges(edges)
            .Derive(cell, Cells.Snapshot(scores));
        cell.Validate(best);
        cell.Validate(top);
        double Largest(CellEdge edge, bool zero) => Enumerable.Range(0, 5).Where(k => Allows(allowed, edge.Index, k) && (zero || k > 0))
            .Select(k => scores[edge.Index, k]).Append(double.NegativeInfinity).Max();
        double Score(CellEdge edge, string name) => scores[edge.Index, Cells.Darts.Operations.Select(o => o.Name).ToList().IndexOf(name)];
        foreach (var node in cell.Topology.Edges.GroupBy(edge => edge.Target))
        {
            var genes = best.Nodes[node.Key - 2];
            if (!node.Zip(genes).All(pair => Score(pair.First, pair.Second.Operation) == Largest(pair.First, zero: true)))
                return false;
            var kept = top.Nodes[node.Key - 2];
            CellEdge[] possible = [.. node.Where(edge => Largest(edge, zero: false) > double.NegativeInfinity)];
            if (kept.Count != Math.Min(edges, possible.Length) || kept.Any(gene => gene.Operation == "none"))
                return false;
            if (!kept.Select(gene => Score(node.Single(e => e.Source == gene.Source), gene.Operation)).SequenceEqual(
                possible.Select(edge => Largest(edge, zero: false)).OrderDescending().Take(edges)))
                return false;
        }
        return true;
    }, iter: 1000);

    [Fact]
    public void A_cell_with_an_operation_that_its_edge_does_not_allow_is_refused()
    {
        const string Right = "|skip_connect~0|+|nor_conv_1x1~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
        const string Wrong = "|skip_connect~0|+|nor_conv_3x3~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
        Cell.Validate(CellGenotype.Parse(Right));
        FluentActions.Invoking(() => Cell.Validate(CellGenotype.Parse(Wrong))).Should().Throw<ArgumentException>()
            .WithMessage("*gene 'nor_conv_3x3~0' of node 2 has an operation that its edge does not allow, expected one of nor_conv_1x1*");
        var costs = new CostModel(Restricted.Small);
        costs.Of(Genotype.Parse(Right)).Should()
            .Be(new CostModel(SearchSpaces.NasBench201(3, 2, 1, height: 8, width: 8)).Of(Genotype.Parse(Right)));
        costs.Invoking(c => c.Of(Genotype.Parse(Wrong))).Should().Throw<ArgumentException>()
            .WithMessage("*of node 2 has an operation that its edge does not allow, expected one of nor_conv_1x1*");
    }

    [Fact]
    public void Candidates_are_built_only_where_an_edge_has_them()
    {
        var places = new List<OperationContext>();
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(2).Channels(4).ReductionCells().Stages(2)
            .Cell(nodes: 1, inputs: 2, CellOutput.Concatenation)
            .Operation(NasBench201Operations.SkipConnect)
            .Operation("seen", context =>
            {
                places.Add(context);
                return Blocks.Skip(context);
            })
            .Allow("normal", 0, "skip_connect").Allow("reduction", 0, "skip_connect").Allow("reduction", 1, "skip_connect")
            .Build();
        _ = new CostModel(space);
        places.Select(place => (place.OutChannels, place.Stride)).Should().Equal((4, 1), (8, 1));
    }

    [Fact]
    public void Every_fault_of_a_restriction_is_listed() =>
        SearchSpace.Define("own").Input(3, 8, 8).Classes(2).Operations(NasBench201Operations.All)
            .Allow("cell", 0).Allow("cell", 6, "none").Allow("cell", 1, "none", "nor_conv_7x7").Allow("normal", 0, "none")
            .Invoking(b => b.Build()).Should().Throw<ArgumentException>()
            .WithMessage(
                "*edge 0 allows no operation*no edge 6*0 to 5*edge 1 allows 'nor_conv_7x7'*'normal' allow only some*there is cell*");

    [Fact]
    public void The_network_of_a_smaller_genotype_keeps_the_restrictions_of_its_edges()
    {
        Genotype genotype = Genotype.Parse("|skip_connect~0|+|nor_conv_1x1~0|none~1|");
        NetworkLayout fitted = Restricted.Small.Layout.For(genotype);
        fitted.Cells[0].Topology.Edges.Select(edge => fitted.Cells[0].Allowed(edge).ToArray())
            .Should().BeEquivalentTo(Restricted.Columns[..3], o => o.WithStrictOrdering());
    }

    private static bool Allows(bool[,] allowed, int edge, int k) => allowed[edge, k] || k == edge % 5;

    /// <summary>Each edge keeps at least the candidate of its own number.</summary>
    private static CellSpecification Restrict(CellSpecification cell, bool[,] allowed) => new(
        cell.Name, cell.Topology, cell.Operations, cell.Topology.Edges.ToDictionary(edge => edge.Index, edge => (IReadOnlyList<string>)
            [.. Enumerable.Range(0, 5).Where(k => Allows(allowed, edge.Index, k)).Select(k => cell.Operations[k].Name)]));
}
