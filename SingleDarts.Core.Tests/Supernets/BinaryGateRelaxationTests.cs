using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class BinaryGateRelaxationTests
{
    private static readonly CellSpecification Two = Cells.Cell("cell", 1, 1, "a", "b");

    /// <summary>q = (0.3, 0.7) and ∂L/∂g = (2, 1) give ∂L/∂α = (0.21, −0.21), whichever of the two is active.</summary>
    [Fact]
    public void The_gradient_of_two_candidates_is_the_published_one()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3UL);
        var active = new HashSet<int>();
        for (int draw = 0; draw < 12; draw++)
        {
            Tensor alpha = tensor(new[,] { { Math.Log(0.3), Math.Log(0.7) } }, requires_grad: true);
            MixingWeights gates = new BinaryGateRelaxation().Relax(alpha, At(Two, generator));
            active.Add((int)gates.P[0].argmax().item<long>());
            (gates.P * tensor(new[,] { { 2.0, 1.0 } })).sum().backward();
            alpha.grad![0, 0].item<double>().Should().BeApproximately(0.21, 1e-15);
            alpha.grad![0, 1].item<double>().Should().BeApproximately(-0.21, 1e-15);
        }
        active.Should().HaveCount(2);
    }

    /// <summary>∂L/∂α_i = Σ_j d_j q_j (δ_ij − q_i) over the two that are drawn, and 0 for the others.</summary>
    [Fact]
    public void Gates_are_one_and_zero_and_have_the_gradient_of_the_softmax_over_the_two_alone()
    {
        using var scope = NewDisposeScope();
        var random = new Random(2);
        CellSpecification cell = SearchSpaces.Darts().Cells[0];
        using var generator = new Generator(6UL);
        Tensor alpha = tensor(Gauss.Vector(random, 14 * 8), [14, 8], requires_grad: true);
        Tensor d = tensor(Gauss.Vector(random, 14 * 8), [14, 8]);
        MixingWeights gates = new BinaryGateRelaxation().Relax(alpha, At(cell, generator));
        (gates.P * d).sum().backward();
        for (int edge = 0; edge < 14; edge++)
        {
            int[] drawn = [.. Enumerable.Range(0, 8).Where(k => gates.Computes(edge, k))];
            drawn.Should().HaveCount(2);
            double[] q = Gauss.Softmax([.. drawn.Select(k => alpha[edge, k].item<double>())]);
            double[] of = [.. drawn.Select(k => d[edge, k].item<double>())];
            drawn.Select(k => gates.P[edge, k].item<double>()).Order().Should().Equal([0, 1], (a, b) => Math.Abs(a - b) < 1e-15);
            for (int k = 0; k < 8; k++)
            {
                int i = Array.IndexOf(drawn, k);
                double expected = i < 0 ? 0 : Enumerable.Range(0, 2).Sum(j => of[j] * q[j] * ((i == j ? 1 : 0) - q[i]));
                alpha.grad![edge, k].item<double>().Should().BeApproximately(expected, 1e-14);
                if (i < 0)
                    gates.P[edge, k].item<double>().Should().Be(0);
            }
        }
    }

    /// <summary>P{i, j} = p_i p_j (1 / (1 − p_i) + 1 / (1 − p_j)), and the active one is i with p_i / (p_i + p_j).</summary>
    [Fact]
    public void Two_are_drawn_without_replacement_and_one_of_them_by_its_share_of_both()
    {
        const int Edges = 20_000;
        using var scope = NewDisposeScope();
        using var generator = new Generator(4UL);
        double[] p = [0.5, 0.3, 0.15, 0.05];
        Tensor alpha = tensor([.. Enumerable.Repeat(p, Edges).SelectMany(row => row.Select(x => Math.Log(x)))], [Edges, 4]);
        MixingWeights gates = new BinaryGateRelaxation().Relax(alpha, At(Two, generator));
        double[,] g = Host.Matrix(gates.P);
        var counts = new Dictionary<(int Active, int Other), int>();
        for (int edge = 0; edge < Edges; edge++)
        {
            int active = Enumerable.Range(0, 4).Single(k => g[edge, k] > 0.5);
            int other = Enumerable.Range(0, 4).Single(k => k != active && gates.Computes(edge, k));
            counts[(active, other)] = counts.GetValueOrDefault((active, other)) + 1;
        }
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                if (i != j)
                {
                    double expected = p[i] * p[j] * ((1 / (1 - p[i])) + (1 / (1 - p[j]))) * p[i] / (p[i] + p[j]);
                    ((double)counts[(i, j)] / Edges).Should().BeApproximately(expected, 4.5 * Math.Sqrt(expected / Edges), $"{i}, {j}");
                }
    }

    [Theory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void The_two_paths_alone_are_computed_and_the_weights_of_the_active_one_alone_learn(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 4, height: 8, width: 8);
        using var supernet = new Supernet(
            space, new BinaryGateRelaxation(), new SupernetOptions { Execution = execution, DataType = ScalarType.Float64 });
        IReadOnlyDictionary<string, MixingWeights> weights = supernet.Relax();
        supernet.Forward(randn([4, 3, 8, 8], ScalarType.Float64), weights).sum().backward();
        int inactive = 0;
        foreach (SupernetCell cell in supernet.Cells)
            foreach (CellEdge edge in cell.Placement.Cell.Topology.Edges)
                for (int k = 4; k < 8; k++)
                {
                    MixingWeights of = weights[cell.Placement.Cell.Name];
                    bool isActive = of.P[edge.Index, k].item<double>() > 0.5;
                    inactive += of.Computes(edge.Index, k) && !isActive ? 1 : 0;
                    foreach (var parameter in cell[edge.Index][k].parameters())
                    {
                        (parameter.grad is not null).Should().Be(of.Computes(edge.Index, k));
                        if (!isActive && parameter.grad is not null)
                            parameter.grad.count_nonzero().item<long>().Should().Be(0);
                    }
                }
        inactive.Should().BeGreaterThan(5, "otherwise nothing is tried");
    }

    [Fact]
    public void An_edge_of_one_allowed_candidate_computes_it_alone()
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8)
            .Allow("normal", 0, "skip_connect").Allow("normal", 1, "skip_connect", "sep_conv_3x3");
        using var supernet = new Supernet(space, new BinaryGateRelaxation());
        MixingWeights gates = supernet.Relax()["normal"];
        Enumerable.Range(0, 8).Where(k => gates.Computes(0, k)).Should().Equal(3);
        Enumerable.Range(0, 8).Where(k => gates.Computes(1, k)).Should().Equal(3, 4);
        gates.P[0, 3].item<float>().Should().Be(1);
    }

    [Fact]
    public void Copies_share_a_draw_which_the_step_decides_and_derivations_read_the_softmax()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8), new BinaryGateRelaxation());
        bool[][] Draws(int step)
        {
            supernet.MoveTo(new EpochPosition(0, 0, 1), step);
            return [.. supernet.Relax().Values.Select(weights => weights.Computed!.Cast<bool>().ToArray())];
        }
        bool[][] first = Draws(3);
        first[0].Should().NotEqual(first[1], "kinds draw apart");
        Draws(4)[0].Should().NotEqual(first[0]);
        Draws(3).Zip(first).Should().OnlyContain(pair => pair.First.SequenceEqual(pair.Second));
        Tensor alpha = randn([14, 8], ScalarType.Float64);
        using var generator = new Generator(1UL);
        (new BinaryGateRelaxation().Expectation(alpha, At(Two, generator)) - alpha.softmax(-1)).abs().max().item<double>().Should().Be(0);
    }

    private static RelaxationContext At(CellSpecification cell, Generator generator) => new(cell, new EpochPosition(0, 0, 1), generator);
}
