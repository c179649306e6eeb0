using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class AuxiliarySkipTests
{
    private static readonly OperationContext Place = new(4, 4, 1, Affine: false, TrackRunningStatistics: false);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void An_edge_gives_its_mixture_and_beta_times_a_skip_connection(int stride, bool isLearnt)
    {
        using var scope = NewDisposeScope();
        using MixedOp edge = Edge(new() { Weight = Schedule.Constant(0.5), IsLearnt = isLearnt }, stride, beta: out _);
        Tensor x = randn([3, 4, 6, 6], ScalarType.Float64), p = tensor(new[] { 0.3, 0.7 });
        Tensor mixture = Enumerable.Range(0, 2).Select(k => edge[k].call(x) * p[k]).Aggregate((a, b) => a.Plus(b));
        nn.Module[] around = [.. edge.modules()];
        Tensor skip = stride == 1 ? x : around.OfType<FactorizedReduce>().Last().call(x);
        (edge.call(x, p) - mixture - skip.Times(0.5)).abs().max().item<double>().Should().BeLessThan(1e-14);
        edge.named_parameters().Count(w => w.name.StartsWith("around", StringComparison.Ordinal))
            .Should().Be(stride == 2 ? 2 : isLearnt ? 1 : 0, "strided and learnt skip connections have weights of their own");
    }

    [Fact]
    public void Without_weight_an_edge_is_its_mixture_bit_for_bit_and_beta_is_that_of_the_epoch()
    {
        using var scope = NewDisposeScope();
        using MixedOp edge = Edge(new(), 1, out IScheduledModule beta);
        Tensor x = randn([3, 4, 6, 6], ScalarType.Float64), p = tensor(new[] { 0.3, 0.7 });
        Tensor mixture = Enumerable.Range(0, 2).Select(k => edge[k].call(x) * p[k]).Aggregate((a, b) => a.Plus(b));
        foreach (int epoch in new[] { 0, 20, 49 })
        {
            beta.MoveTo(new EpochPosition(epoch, 0.5, 50));
            (edge.call(x, p) - mixture - x.Times(1 - (epoch / 50.0))).abs().max().item<double>().Should().BeLessThan(1e-14);
        }
        beta.MoveTo(new EpochPosition(50, 0, 50));
        edge.call(x, p).eq(mixture).all().item<bool>().Should().BeTrue();
    }

    /// <summary>The option <c>conv1</c>: a 1×1 convolution without bias and normalisation that begins as the identity.</summary>
    [Fact]
    public void A_learnt_skip_connection_is_a_convolution_that_begins_as_the_identity_and_is_moved_with_the_weights()
    {
        using var scope = NewDisposeScope();
        using MixedOp edge = Edge(new() { IsLearnt = true, Weight = Schedule.Constant(0.5) }, 1, beta: out _);
        var (name, weight) = edge.named_parameters().Single(w => w.name.StartsWith("around", StringComparison.Ordinal));
        name.Should().EndWith("weight");
        weight.shape.Should().Equal(4, 4, 1, 1);
        weight.reshape(4, 4).equal(eye(4, dtype: ScalarType.Float64)).all().item<bool>().Should().BeTrue();
        Tensor x = randn([3, 4, 6, 6], ScalarType.Float64), p = tensor(new[] { 0.3, 0.7 });
        edge.call(x, p).sum().backward();
        // L = Σ β w x: the gradient of w[o, i] is β Σ x[i].
        Tensor expected = x.sum([0, 2, 3]).Times(0.5).expand(4, 4);
        (weight.grad!.reshape(4, 4) - expected).abs().max().item<double>().Should().BeLessThan(1e-12);
        using var supernet = new Supernet(Small.Space, Relaxations.Softmax,
            new SupernetOptions { EdgeDecorators = [new AuxiliarySkip { IsLearnt = true }] });
        supernet.Weights.Count(w => w.Name.Contains("around", StringComparison.Ordinal)).Should().Be(3 * 6);
    }

    private static MixedOp Edge(AuxiliarySkip skip, int stride, out IScheduledModule beta)
    {
        var edge = new MixedOp([NasBench201Operations.SkipConnect, NasBench201Operations.Conv3x3], Place with { Stride = stride },
            decorators: [skip]);
        edge.to(ScalarType.Float64);
        beta = edge.modules().OfType<IScheduledModule>().Single();
        beta.MoveTo(new EpochPosition(0, 0, 50));
        return edge;
    }
}
