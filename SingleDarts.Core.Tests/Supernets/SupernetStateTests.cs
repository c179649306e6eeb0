using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class SupernetStateTests
{
    [Fact]
    public void Alpha_is_in_the_state_and_not_among_the_parameters()
    {
        using Supernet supernet = Small(1), other = Small(2);
        supernet.state_dict().Keys.Should().Contain("alpha.cell");
        supernet.state_dict(prefix: "net").Keys.Should().OnlyContain(name => name.StartsWith("net."));
        supernet.named_parameters().Select(p => p.name).Should().NotContain(name => name.Contains("alpha"));
        other.load_state_dict(supernet.state_dict());
        Same(other.Architecture["cell"], supernet.Architecture["cell"]).Should().BeTrue();
    }

    [Theory]
    [InlineData(CellExecution.Merged)]
    [InlineData(CellExecution.PerEdge)]
    public void Alpha_moves_with_the_weights(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Small(1, execution);
        Tensor before = supernet.Architecture["cell"].detach().to(ScalarType.Float64, copy: true);

        supernet.to(ScalarType.Float64);

        supernet.DataType.Should().Be(ScalarType.Float64);
        supernet.Architecture["cell"].dtype.Should().Be(ScalarType.Float64);
        supernet.state_dict()["alpha.cell"].dtype.Should().Be(ScalarType.Float64);
        Same(supernet.Architecture["cell"], before).Should().BeTrue();
        Tensor logits = supernet.call(randn(2, 3, 8, 8, dtype: ScalarType.Float64));
        logits.dtype.Should().Be(ScalarType.Float64);
        logits.sum().backward();
        supernet.Architecture["cell"].grad!.abs().sum().item<double>().Should().BeGreaterThan(0);
        using var optimizer = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(1, momentum: 0), supernet.Architecture.Named);
        optimizer.Step();
        Same(supernet.Architecture["cell"], before).Should().BeFalse("the optimiser moves the α that computes");
    }

    [Fact]
    public void A_space_of_edges_that_differ_moves_with_its_masks()
    {
        using var scope = NewDisposeScope();
        using var supernet = new Supernet(Restricted.Small);
        supernet.to(CPU, ScalarType.Float64);
        Tensor p = supernet.Relax()["cell"].P;
        Restricted.Excluded.Should().OnlyContain(c => p[c.Edge, c.Operation].item<double>() == 0);
    }

    [Fact]
    public void A_move_is_refused_while_optimisers_hold_weights_or_alpha()
    {
        using Supernet supernet = Small(1);
        foreach (var parameters in new[] { supernet.Weights, supernet.Architecture.Named })
        {
            var optimizer = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(1), parameters);
            supernet.Invoking(s => s.to(ScalarType.Float64)).Should().Throw<InvalidOperationException>()
                .WithMessage("*moved to Float64*optimisers hold its parameters*before the optimisers are made*");
            supernet.Architecture["cell"].dtype.Should().Be(ScalarType.Float32);
            optimizer.Dispose();
            optimizer.Dispose();
        }
        supernet.to(ScalarType.Float64);
        supernet.Weights[0].Parameter.dtype.Should().Be(ScalarType.Float64);
    }

    private static Supernet Small(long seed, CellExecution execution = CellExecution.Merged) => new(
        SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1, height: 8, width: 8), new Uneven(),
        new SupernetOptions { Seed = seed, Execution = execution });

    private static bool Same(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.detach().to(ScalarType.Float64).equal(b.detach().to(ScalarType.Float64)).all().item<bool>();
    }

    private sealed class Uneven : IRelaxation
    {
        public string Name => "uneven";

        public Tensor Initialize(long edges, long operations, Generator generator) =>
            rand(edges, operations, dtype: ScalarType.Float64, generator: generator);

        public MixingWeights Relax(Tensor alpha, RelaxationContext context) => alpha.softmax(-1);
    }
}
