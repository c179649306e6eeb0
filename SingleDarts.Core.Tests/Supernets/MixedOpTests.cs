using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

public class MixedOpTests
{
    private static readonly RelaxationContext Start = new(Cells.NasBench201, default, new Generator(0UL));

    [Fact]
    public void Mixture_is_the_weighted_sum_of_its_operations()
    {
        using var scope = NewDisposeScope();
        var mixed = new MixedOp(NasBench201Operations.All, new OperationContext(4, 4, Affine: false));
        mixed.to(ScalarType.Float64);
        Tensor x = randn([3, 4, 6, 6], dtype: ScalarType.Float64), p = rand([5], dtype: ScalarType.Float64);
        Tensor expected = x.Times(0L);
        for (int k = 0; k < 5; k++)
            expected = expected.Plus(mixed[k].call(x).Times(p[k].item<double>()));
        (mixed.call(x, p) - expected).abs().max().item<double>().Should().BeLessThan(1e-13);
    }

    [Fact]
    public void Gradient_of_a_weight_is_the_inner_product_with_its_operation()
    {
        using var scope = NewDisposeScope();
        var mixed = new MixedOp(NasBench201Operations.All, new OperationContext(4, 4, Affine: false));
        mixed.to(ScalarType.Float64);
        Tensor x = randn([3, 4, 6, 6], dtype: ScalarType.Float64);
        Tensor p = rand([5], dtype: ScalarType.Float64).requires_grad_();
        Tensor upstream = randn([3, 4, 6, 6], dtype: ScalarType.Float64);
        (mixed.call(x, p) * upstream).sum().backward();
        for (int k = 0; k < 5; k++)
            p.grad![k].item<double>().Should().BeApproximately((mixed[k].call(x) * upstream).sum().item<double>(), 1e-10);
        p.grad![0].item<double>().Should().Be(0);
    }

    [Fact]
    public void Average_pooling_leaves_the_padding_out_of_the_mean()
    {
        using var scope = NewDisposeScope();
        Tensor ones = torch.ones(1, 2, 5, 5);
        using var pool = Blocks.AveragePool3x3(new OperationContext(2, 2));
        (pool.call(ones) - ones).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Sigmoid_starts_at_an_eighth_when_alpha_is_minus_ln_seven()
    {
        using var scope = NewDisposeScope();
        IRelaxation sigmoid = Relaxations.Sigmoid;
        Tensor alpha = sigmoid.Initialize(6, 5, Start.Generator);
        alpha[0, 0].item<double>().Should().BeApproximately(-Math.Log(7), 1e-15);
        sigmoid.Relax(alpha, Start).P[5, 4].item<double>().Should().BeApproximately(0.125, 1e-15);
        new SigmoidRelaxation(0.5).Initialize(6, 5, Start.Generator)[2, 2].item<double>().Should().Be(0);
    }

    [Fact]
    public void Sigmoid_weights_do_not_compete_and_softmax_weights_do()
    {
        using var scope = NewDisposeScope();
        Tensor before = randn([6, 5], dtype: ScalarType.Float64), after = before.clone();
        after[2, 3].Plus_(1L);
        Tensor Change(IRelaxation r) => r.Relax(after, Start).P - r.Relax(before, Start).P;
        Tensor sigmoid = Change(Relaxations.Sigmoid), softmax = Change(Relaxations.Softmax);
        sigmoid[2, 3].item<double>().Should().BePositive();
        sigmoid.count_nonzero().item<long>().Should().Be(1);
        softmax[2].count_nonzero().item<long>().Should().Be(5);
        softmax[2].sum().item<double>().Should().BeApproximately(0, 1e-15);
    }

    [Fact]
    public void Softmax_starts_from_a_narrow_normal_distribution()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5UL);
        Tensor alpha = Relaxations.Softmax.Initialize(1000, 5, generator);
        alpha.std().item<double>().Should().BeApproximately(1e-3, 5e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_sigmoid_cannot_start_at_the_ends(double p) =>
        FluentActions.Invoking(() => new SigmoidRelaxation(p)).Should().Throw<ArgumentOutOfRangeException>();
}
