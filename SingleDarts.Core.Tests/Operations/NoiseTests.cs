using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Operations;

public class NoiseTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 4)]
    public void Noise_is_standard_normal_of_the_shape_of_its_place_and_new_at_every_pass(int stride, int size)
    {
        using var scope = NewDisposeScope();
        using var noise = DartsOperations.Noise.Create(new OperationContext(4, 4, stride));
        Tensor x = TensorArithmetic.Filled([200, 4, 7, 7], double.NaN, ScalarType.Float64, CPU);
        Tensor first, second;
        using (new RunRandom.Draw(1, borrows: false))
            (first, second) = (noise.call(x), noise.call(x));
        first.shape.Should().Equal(200, 4, size, size);
        first.dtype.Should().Be(ScalarType.Float64);
        first.mean().item<double>().Should().BeApproximately(0, 0.05);
        first.std().item<double>().Should().BeApproximately(1, 0.05);
        Small.Same(first, second).Should().BeFalse();
        using (new RunRandom.Draw(1, borrows: false))
            Small.Same(noise.call(x), first).Should().BeTrue("it draws from the generator of the step");
    }

    /// <summary>∂/∂p Σ g · p ε = Σ g · ε.</summary>
    [Fact]
    public void Its_weight_learns_from_the_noise_and_its_input_gets_nothing_of_it()
    {
        using var scope = NewDisposeScope();
        using var edge = new MixedOp([DartsOperations.Noise, DartsOperations.SkipConnect], new OperationContext(4, 4));
        Tensor x = randn([3, 4, 5, 5], ScalarType.Float64).requires_grad_(), p = tensor(new[] { 0.3, 0.7 }).requires_grad_();
        Tensor g = randn([3, 4, 5, 5], ScalarType.Float64), noise;
        using (new RunRandom.Draw(2, borrows: false))
            (edge.call(x, p) * g).sum().backward();
        using (new RunRandom.Draw(2, borrows: false))
            noise = edge[0].call(x);
        p.grad![0].item<double>().Should().BeApproximately((g * noise).sum().item<double>(), 1e-11);
        (x.grad! - g.Times(0.7)).abs().max().item<double>().Should().BeLessThan(1e-14);
    }
}
