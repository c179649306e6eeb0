using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class GumbelRelaxationTests
{
    private static readonly EpochPosition Start = new(0, 0, 250), Last = new(249, 0, 250);

    [Fact]
    public void Weights_of_an_edge_sum_to_1_and_those_of_operations_that_are_not_drawn_are_0()
    {
        using var scope = NewDisposeScope();
        foreach (EpochPosition position in new[] { Start, Last })
        {
            MixingWeights h = new GumbelRelaxation().Relax(randn([6, 5], ScalarType.Float64), At(position));
            for (int edge = 0; edge < 6; edge++)
            {
                bool[] computed = [.. Enumerable.Range(0, 5).Select(k => h.Computes(edge, k))];
                computed.Count(isComputed => isComputed).Should().Be(1);
                for (int k = 0; k < 5; k++)
                    h.P[edge, k].item<double>().Should().BeApproximately(computed[k] ? 1 : 0, computed[k] ? 1e-15 : 0);
                h.P[edge].sum().item<double>().Should().BeApproximately(1, 1e-15);
            }
        }
    }

    [Fact]
    public void Operations_are_drawn_with_their_expectation_at_every_temperature()
    {
        using var scope = NewDisposeScope();
        var relaxation = new GumbelRelaxation();
        Tensor alpha = tensor(new[] { 1.0, 0, -1, 0.5 }).expand(20_000, 4);
        foreach (EpochPosition position in new[] { Start, Last })
        {
            Tensor drawn = relaxation.Relax(alpha, At(position)).P.mean([0]);
            Tensor expected = relaxation.Expectation(alpha, At(position))[0];
            expected[0].item<double>().Should().BeApproximately(
                Math.E / (Math.E + 1 + Math.Exp(-1) + Math.Exp(0.5)), 1e-12);
            (drawn - expected).abs().max().item<double>().Should().BeLessThan(4 * Math.Sqrt(0.25 / 20_000));
        }
    }

    [Fact]
    public void Temperature_goes_from_10_to_a_tenth_in_250_epochs()
    {
        Schedule temperature = new GumbelRelaxation().Temperature;
        temperature.At(Start).Should().Be(10);
        temperature.At(new EpochPosition(1, 0.5, 250)).Should().BeApproximately(10 - (9.9 / 249), 1e-12);
        temperature.At(Last).Should().Be(0.1);
    }

    [Fact]
    public void Noise_is_drawn_anew_as_a_whole_until_it_is_finite()
    {
        using var scope = NewDisposeScope();
        Tensor broken = tensor(new[,] { { 0.3, double.PositiveInfinity }, { 1, 2 } }), whole = tensor(new[,] { { 0.5, -0.25 }, { 0, 1 } });
        Tensor vanishing = tensor(new[,] { { 0, double.NegativeInfinity }, { 1, 2 } });
        var draws = new Queue<Tensor>([broken, vanishing, whole, broken]);
        Tensor p = GumbelRelaxation.Soft(zeros([2, 2], ScalarType.Float64), 0.5, draws.Dequeue);
        draws.Should().HaveCount(1);
        p[0, 0].item<double>().Should().BeApproximately(1 / (1 + Math.Exp(-1.5)), 1e-12);
        p[1, 0].item<double>().Should().BeApproximately(1 / (1 + Math.Exp(2)), 1e-12);
    }

    [Fact]
    public void Alpha_that_is_not_finite_does_not_draw_for_ever()
    {
        using var scope = NewDisposeScope();
        Tensor alpha = tensor([.. Enumerable.Repeat(double.NaN, 30)], [6, 5]);
        new GumbelRelaxation().Relax(alpha, At(Start)).P.isnan().all().item<bool>().Should().BeTrue();
    }

    /// <summary>∂L/∂α_m = p_m (d_m − Σ_i p_i d_i) / τ, with d from learnt numbers that a decorator puts around every edge.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradient_of_alpha_is_the_closed_form(bool countsUncomputed)
    {
        const double temperature = 1.7;
        using var scope = NewDisposeScope();
        var watch = new Watch();
        using var supernet = new Supernet(Small(2), new GumbelRelaxation
        {
            Temperature = Schedule.Constant(temperature), CountsUncomputed = countsUncomputed,
        }, new SupernetOptions { Seed = 3, DataType = ScalarType.Float64, EdgeDecorators = [watch] });
        Tensor alpha = supernet.Architecture["cell"];
        using (no_grad())
            alpha.copy_(randn([6, 5], ScalarType.Float64));
        Tensor x = randn([4, 3, 8, 8], ScalarType.Float64), labels = tensor([0L, 1, 2, 0]);
        var chosen = new HashSet<long>();
        for (int step = 0; step < 6; step++)
        {
            supernet.MoveTo(Start, step);
            using Generator same = Copy(supernet.RelaxationGenerator);
            Tensor noise = rand([6, 5], ScalarType.Float64, generator: same).log().neg().log().neg();
            alpha.grad = null;
            watch.Clear();
            nn.functional.cross_entropy(supernet.call(x), labels).backward();

            Tensor p = alpha.Plus(noise).Over(temperature).softmax(-1).detach();
            for (int edge = 0; edge < 6; edge++)
            {
                long drawn = alpha.Plus(noise)[edge].argmax().item<long>();
                chosen.Add(drawn);
                var (inner, sum) = watch.Of(edge, edges: 6);
                double[] d = [.. Enumerable.Range(0, 5).Select(k => k == drawn ? inner : countsUncomputed ? sum : 0)];
                double[] row = [.. Enumerable.Range(0, 5).Select(k => p[edge, k].item<double>())];
                double mean = row.Zip(d, (a, b) => a * b).Sum();
                for (int m = 0; m < 5; m++)
                    alpha.grad![edge, m].item<double>().Should()
                        .BeApproximately(row[m] * (d[m] - mean) / temperature, 1e-12, $"of edge {edge}, operation {m}, step {step}");
            }
        }
        chosen.Should().HaveCount(5, "otherwise 'none' or another operation was not tried");
    }

    [Theory]
    [InlineData(false, CellExecution.PerEdge)]
    [InlineData(false, CellExecution.Merged)]
    [InlineData(true, CellExecution.Merged)]
    public void One_candidate_of_each_edge_is_computed(bool countsUncomputed, CellExecution execution)
    {
        using var scope = NewDisposeScope();
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(3).Channels(4)
            .Operation("a", _ => new Counted(), isLearnable: false).Operation("b", _ => new Counted(), isLearnable: false)
            .Operation("c", _ => new Counted(), isLearnable: false).Build();
        using var supernet = new Supernet(space, new GumbelRelaxation { CountsUncomputed = countsUncomputed },
            new SupernetOptions { Execution = execution });
        supernet.call(randn(2, 3, 8, 8));
        foreach (SupernetCell cell in supernet.Cells)
            foreach (CellEdge edge in space.Cells[0].Topology.Edges)
                Enumerable.Range(0, 3).Sum(k => ((Counted)cell[edge.Index][k]).Calls).Should().Be(1);
    }

    [Fact]
    public void A_snapshot_is_the_same_at_every_step_and_draws_nothing()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Small(1), new GumbelRelaxation(), new SupernetOptions { DataType = ScalarType.Float64 });
        Tensor before = supernet.RelaxationGenerator.get_state();
        CellSnapshot first = supernet.Snapshot()["cell"];
        supernet.RelaxationGenerator.get_state().equal(before).all().item<bool>().Should().BeTrue();
        supernet.MoveTo(Last, 17);
        supernet.Snapshot()["cell"].OperationWeights.Cast<double>().Should().Equal(first.OperationWeights.Cast<double>());
        for (int k = 0; k < 5; k++)
            first.OperationWeights[2, k].Should().BeApproximately(
                Math.Exp(first.Alpha[2, k]) / Enumerable.Range(0, 5).Sum(i => Math.Exp(first.Alpha[2, i])), 1e-14);
    }

    [Fact]
    public void Alpha_is_moved_with_a_draw_of_its_own_that_the_step_decides()
    {
        var spy = new Spy();
        using var search = new SmallSearch(relaxation: spy);
        for (int repetition = 0; repetition < 2; repetition++)
        {
            search.Supernet.MoveTo(Start, 3);
            OptimizationSchemes.BiLevel.Step(search.Step);
        }
        spy.Draws.Should().HaveCount(4);
        spy.Draws[1].Should().NotEqual(spy.Draws[0], "w and α draw apart");
        spy.Draws[2].Should().Equal(spy.Draws[0]);
        spy.Draws[3].Should().Equal(spy.Draws[1]);
    }

    [Theory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void A_draw_of_none_everywhere_gives_alpha_a_gradient_of_zero(CellExecution execution)
    {
        using var search = new SmallSearch(relaxation: new GumbelRelaxation());
        search.Supernet.Execution = execution;
        using (no_grad())
            search.Alpha.narrow(1, 0, 1).Plus_(1000.0);
        OptimizationSchemes.BiLevel.Step(search.Step);
        search.Alpha.grad!.count_nonzero().item<long>().Should().Be(0);
    }

    [Fact]
    public void A_temperature_that_is_not_positive_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Fixtures.Small.Data();
        Fixtures.Small.Search(data).Relaxing(new GumbelRelaxation { Temperature = Schedule.Linear(10, 0, reachesEnd: true) })
            .Invoking(s => s.Build()).Should().Throw<InvalidRunException>()
            .WithMessage("*temperature of the Gumbel softmax is 0 in epoch 2 of 2; expected a positive number*");
    }

    private static SearchSpace Small(int cells) => SearchSpaces.NasBench201(3, channels: 2, cellsPerStage: cells, height: 8, width: 8);

    private static RelaxationContext At(EpochPosition position) => new(Cells.NasBench201, position, new Generator(5UL));

    private static Generator Copy(Generator generator)
    {
        var copy = new Generator(0UL);
        copy.set_state(generator.get_state());
        return copy;
    }

    /// <summary>Adds 0 and multiplies by 1, whose gradients are Σ D and ⟨D, mixture⟩ with D the gradient of the edge's output.</summary>
    private sealed class Watch : IEdgeDecorator
    {
        private readonly List<Numbers> all = [];

        public string Name => "watch";

        public nn.Module<Tensor, Func<Tensor, Tensor>, Tensor> Around(OperationContext edge)
        {
            all.Add(new Numbers());
            return all[^1];
        }

        public void Clear() => all.ForEach(numbers => numbers.Scale.grad = numbers.Shift.grad = null);

        /// <summary>Sums over the copies of the cell.</summary>
        public (double Inner, double Sum) Of(int edge, int edges)
        {
            Numbers[] copies = [.. all.Where((_, i) => i % edges == edge)];
            return (copies.Sum(n => Number(n.Scale.grad)), copies.Sum(n => Number(n.Shift.grad)));

            // An edge that only 'none' leaves gets no gradient.
            static double Number(Tensor? gradient) => gradient?.item<double>() ?? 0;
        }

        public sealed class Numbers : nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>
        {
            public readonly TorchSharp.Modules.Parameter Scale = new(ones(1)), Shift = new(zeros(1));

            public Numbers() : base(nameof(Numbers)) => RegisterComponents();

            public override Tensor forward(Tensor input, Func<Tensor, Tensor> mixture) => (mixture(input) * Scale).Plus(Shift);
        }
    }

    private sealed class Counted() : nn.Module<Tensor, Tensor>(nameof(Counted))
    {
        public int Calls { get; private set; }

        public override Tensor forward(Tensor input)
        {
            Calls++;
            return input.alias();
        }
    }

    private sealed class Spy : IRelaxation
    {
        private readonly GumbelRelaxation inner = new();

        public List<bool[]> Draws { get; } = [];

        public string Name => "spy";

        public Tensor Initialize(long edges, long operations, Generator generator) => inner.Initialize(edges, operations, generator);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context)
        {
            MixingWeights drawn = inner.Relax(alpha, context);
            Draws.Add([.. drawn.Computed!.Cast<bool>()]);
            return drawn;
        }
    }
}
