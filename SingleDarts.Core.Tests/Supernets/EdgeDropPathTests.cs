using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class EdgeDropPathTests
{
    private static readonly OperationContext Place = new(4, 4, 1, Affine: false, TrackRunningStatistics: false);

    [Fact]
    public void Each_sample_has_the_mixture_over_one_minus_p_or_nothing_and_p_rises_to_its_end_in_the_last_epoch()
    {
        using var scope = NewDisposeScope();
        using MixedOp edge = Edge(new EdgeDropPath(0.6), out IScheduledModule rate);
        Tensor x = randn([400, 4, 6, 6], ScalarType.Float64), p = tensor(new[] { 0.3, 0.7 }), mixture = Mixture(edge, x, p);
        foreach (var (epoch, expected) in new[] { (0, 0), (25, 0.6 * 25 / 49), (49, 0.6) })
        {
            rate.MoveTo(new EpochPosition(epoch, 0.5, 50));
            Tensor given = Drawn(edge, x, p), share = given.reshape(400, -1).abs().sum(1).gt(Core.Runtime.Scalars.Zero);
            double kept = share.to(ScalarType.Float64).mean().item<double>();
            kept.Should().BeApproximately(1 - expected, expected == 0 ? 0 : 0.1);
            Tensor dropped = (mixture * share.to(ScalarType.Float64).reshape(400, 1, 1, 1)).Over(1 - expected);
            (given - dropped).abs().max().item<double>().Should().BeLessThan(1e-12, $"epoch {epoch}");
        }
        edge.eval();
        Small.Same(edge.call(x, p), Mixture(edge, x, p)).Should().BeTrue("nothing is dropped in evaluation");
    }

    /// <summary>∂/∂p_k Σ g · ō = Σ_n m_n / (1 − p) ⟨o_k(x_n), g_n⟩.</summary>
    [Fact]
    public void The_gradient_of_the_operation_weights_and_of_the_input_is_that_of_the_kept_samples()
    {
        using var scope = NewDisposeScope();
        using MixedOp edge = Edge(new EdgeDropPath(Schedule.Constant(0.5)), out _);
        Tensor x = randn([6, 4, 5, 5], ScalarType.Float64).requires_grad_(), p = tensor(new[] { 0.3, 0.7 }).requires_grad_();
        Tensor g = randn([6, 4, 5, 5], ScalarType.Float64);
        Tensor given = Drawn(edge, x, p);
        (given * g).sum().backward();
        Tensor mask = given.detach().reshape(6, -1).abs().sum(1).gt(Core.Runtime.Scalars.Zero).to(ScalarType.Float64).reshape(6, 1, 1, 1);
        mask.sum().item<double>().Should().BeInRange(1, 5, "some are dropped and some are kept");
        Tensor weighted = (g * mask).Over(0.5);
        for (int k = 0; k < 2; k++)
            p.grad![k].item<double>().Should().BeApproximately((edge[k].call(x) * weighted).sum().item<double>(), 1e-11);
        Tensor again = x.detach().requires_grad_();
        (Mixture(edge, again, p.detach()) * weighted).sum().backward();
        (x.grad! - again.grad!).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Rates_outside_of_0_to_1_are_rejected_before_the_search()
    {
        using var data = Small.Data();
        foreach (var (rate, found) in new[] { (1.0, "1"), (-0.2, "-0") })
            Small.Search(data).Decorating(new EdgeDropPath(rate)).Invoking(s => s.Build())
                .Should().Throw<Core.Runs.InvalidRunException>().WithMessage($"*The drop-path of edges is {found}*");
    }

    private static Tensor Drawn(MixedOp edge, Tensor x, Tensor p)
    {
        using var draw = new RunRandom.Draw(5, borrows: false);
        return edge.call(x, p);
    }

    private static Tensor Mixture(MixedOp edge, Tensor x, Tensor p) =>
        Enumerable.Range(0, 2).Select(k => edge[k].call(x) * p[k]).Aggregate((a, b) => a.Plus(b));

    private static MixedOp Edge(EdgeDropPath dropPath, out IScheduledModule rate)
    {
        var edge = new MixedOp([NasBench201Operations.SkipConnect, NasBench201Operations.Conv3x3], Place, decorators: [dropPath]);
        edge.to(ScalarType.Float64);
        rate = edge.modules().OfType<IScheduledModule>().Single();
        rate.MoveTo(new EpochPosition(0, 0, 50));
        return edge;
    }
}
