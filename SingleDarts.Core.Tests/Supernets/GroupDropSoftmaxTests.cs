using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class GroupDropSoftmaxTests
{
    private static readonly CellSpecification Darts = SearchSpaces.Darts().Cells[0];

    /// <summary>7.401% of the draws of one of four; nearly nothing is drawn again.</summary>
    [Fact]
    public void A_candidate_of_a_group_of_four_is_dropped_with_the_fourth_root_of_r()
    {
        const int Draws = 400;
        bool[][,] drawn = Draw(new GroupDropSoftmax(), Darts, Draws);
        double[] shares = [.. Enumerable.Range(0, 8).Select(k => drawn.Sum(kept =>
            Enumerable.Range(0, 14).Count(edge => !kept[edge, k])) / (14.0 * Draws))];
        Math.Pow(3e-5, 0.25).Should().BeApproximately(0.07401, 5e-6);
        shares.Should().OnlyContain(share => Math.Abs(share - 0.07401) < 4.5 * Math.Sqrt(0.074 * 0.926 / (14 * Draws)));
        shares.Average().Should().BeApproximately(0.07401, 4 * Math.Sqrt(0.074 * 0.926 / (8 * 14 * Draws)));
    }

    /// <summary>With r = 0.4 a group of four falls in 40% of the draws, a group of two in 40%, too.</summary>
    [Fact]
    public void No_group_loses_all_of_its_candidates_and_a_candidate_of_no_group_is_never_dropped()
    {
        bool Keeps(bool[,] kept, int edge, params int[] group) => group.Any(k => kept[edge, k]);
        foreach (bool[,] kept in Draw(new GroupDropSoftmax(0.4), Darts, 50))
            for (int edge = 0; edge < 14; edge++)
                (Keeps(kept, edge, 0, 1, 2, 3) && Keeps(kept, edge, 4, 5, 6, 7)).Should().BeTrue();
        bool[][,] own = Draw(new GroupDropSoftmax(0.4) { Groups = [["max_pool_3x3", "skip_connect"]] }, Darts, 200);
        foreach (bool[,] kept in own)
            for (int edge = 0; edge < 14; edge++)
            {
                Keeps(kept, edge, 1, 3).Should().BeTrue();
                new[] { 0, 2, 4, 5, 6, 7 }.Should().OnlyContain(k => kept[edge, k]);
            }
        // Of the draws that keep one of both: (1 − q) q / (1 − q²) with q = √0.4 lose a given one alone.
        double q = Math.Sqrt(0.4), expected = q / (1 + q);
        own.Average(kept => Enumerable.Range(0, 14).Count(edge => !kept[edge, 1]) / 14.0).Should().BeApproximately(expected, 0.04);
    }

    [Fact]
    public void Nothing_is_dropped_with_r_of_0() =>
        Draw(new GroupDropSoftmax(0), Darts, 20).SelectMany(kept => kept.Cast<bool>()).Should().OnlyContain(kept => kept);

    [Fact]
    public void Weights_are_the_softmax_over_what_is_kept_and_their_gradient_is_its()
    {
        using var scope = NewDisposeScope();
        Tensor alpha = randn([14, 8], ScalarType.Float64, requires_grad: true), weight = randn([14, 8], ScalarType.Float64);
        MixingWeights mixing = new GroupDropSoftmax(0.1).Relax(alpha, At(Darts, new Generator(5UL)));
        (mixing.P * weight).sum().backward();
        int dropped = 0;
        for (int edge = 0; edge < 14; edge++)
        {
            int[] kept = [.. Enumerable.Range(0, 8).Where(k => mixing.Computes(edge, k))];
            dropped += 8 - kept.Length;
            double sum = kept.Sum(k => Math.Exp(alpha[edge, k].item<double>()));
            double[] p = [.. Enumerable.Range(0, 8).Select(k => kept.Contains(k) ? Math.Exp(alpha[edge, k].item<double>()) / sum : 0)];
            double mean = Enumerable.Range(0, 8).Sum(k => p[k] * weight[edge, k].item<double>());
            for (int k = 0; k < 8; k++)
            {
                mixing.P[edge, k].item<double>().Should().BeApproximately(p[k], 1e-14);
                alpha.grad![edge, k].item<double>().Should().BeApproximately(p[k] * (weight[edge, k].item<double>() - mean), 1e-14);
            }
        }
        dropped.Should().BeGreaterThan(30, "otherwise nothing is tried");
    }

    [Fact]
    public void Derivations_read_the_softmax_over_all_candidates()
    {
        using var scope = NewDisposeScope();
        Tensor alpha = randn([14, 8], ScalarType.Float64);
        (new GroupDropSoftmax(0.3).Expectation(alpha, At(Darts, new Generator(5UL))) - alpha.softmax(-1)).abs().max().item<double>()
            .Should().Be(0);
    }

    [Theory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void Dropped_candidates_are_not_computed_in_any_copy_and_their_weights_get_no_gradient(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 4, height: 8, width: 8);
        using var supernet = new Supernet(space, new GroupDropSoftmax(0.05), new SupernetOptions { Execution = execution });
        IReadOnlyDictionary<string, MixingWeights> weights = supernet.Relax();
        supernet.Forward(randn(4, 3, 8, 8), weights).sum().backward();
        foreach (SupernetCell cell in supernet.Cells)
            foreach (CellEdge edge in cell.Placement.Cell.Topology.Edges)
                for (int k = 4; k < 8; k++)
                    cell[edge.Index][k].parameters().Select(w => w.grad is not null).Distinct().Should()
                        .Equal(weights[cell.Placement.Cell.Name].Computes(edge.Index, k));
    }

    [Fact]
    public void Copies_share_a_draw_which_the_step_decides()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8), new GroupDropSoftmax(0.1));
        bool[][] Draws(int step)
        {
            supernet.MoveTo(new EpochPosition(0, 0, 1), step);
            return [.. supernet.Relax().Values.Select(weights => weights.Computed!.Cast<bool>().ToArray())];
        }
        bool[][] first = Draws(3);
        first[0].Should().NotEqual(first[1], "kinds draw apart");
        Draws(4)[0].Should().NotEqual(first[0]);
        Draws(3).Zip(first).Should().OnlyContain(pair => pair.First.SequenceEqual(pair.Second));
    }

    [Fact]
    public void Candidates_that_an_edge_does_not_allow_are_in_no_group_of_it()
    {
        SearchSpace space = SearchSpaces.Darts().Allow("normal", 0, "skip_connect", "sep_conv_3x3", "sep_conv_5x5");
        foreach (bool[,] kept in Draw(new GroupDropSoftmax(0.9), space.Cells[0], 30))
        {
            new[] { 0, 1, 2, 6, 7 }.Should().OnlyContain(k => !kept[0, k]);
            kept[0, 3].Should().BeTrue("it is alone in its group");
            (kept[0, 4] || kept[0, 5]).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_probability_with_which_draws_would_not_end_is_rejected(double probability) =>
        FluentActions.Invoking(() => new GroupDropSoftmax(probability)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*0 to 0.99*");

    [Theory]
    [InlineData("skip_connect", "*'skip_connect' is in 2 groups*")]
    [InlineData("sep_conv_3x3", "*'sep_conv_3x3', which is no candidate of cell 'cell'*")]
    public void Invalid_groups_are_rejected_before_the_search(string twice, string message)
    {
        using ClassificationDataset data = Fixtures.Small.Data();
        Fixtures.Small.Search(data).Relaxing(new GroupDropSoftmax { Groups = [[twice], [twice]] })
            .Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage(message);
    }

    private static bool[][,] Draw(GroupDropSoftmax relaxation, CellSpecification cell, int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9UL);
        Tensor alpha = zeros([cell.Topology.Edges.Count, cell.Operations.Count], ScalarType.Float64);
        return [.. Enumerable.Range(0, count).Select(_ => relaxation.Relax(alpha, At(cell, generator)).Computed!)];
    }

    private static RelaxationContext At(CellSpecification cell, Generator generator) => new(cell, new EpochPosition(0, 0, 1), generator);
}
