using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Supernets;

/// <summary>Backward passes that ask for the gradients of w or of α alone.</summary>
public partial class MergedExecutionTests
{
    [Theory]
    [InlineData("nasbench201")]
    [InlineData("mixed")]
    [InlineData("darts")]
    [InlineData("partial")]
    [InlineData("dropout")]
    public void A_pass_that_asks_for_some_gradients_gives_the_same_numbers_and_leaves_the_others_out(string space)
    {
        using var scope = NewDisposeScope();
        using Supernet supernet = Create(space, "softmax", 3);
        using var weights = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1), supernet.Weights);
        using var alpha = new ScheduledOptimizer(OptimizerSettings.Default.Adam(0.1), supernet.Architecture.Named);
        var (input, labels) = Batch(3);
        double[] Gradient(ScheduledOptimizer of) =>
            [.. of.Parameters.SelectMany(p => p.Parameter.grad is { } grad ? Host.Doubles(grad.to(ScalarType.Float64)) : [])];
        (double[] W, double[] Alpha) After(params ScheduledOptimizer[] asked)
        {
            weights.ZeroGrad();
            alpha.ZeroGrad();
            random.manual_seed(3);
            StepContext.Backward(nn.functional.cross_entropy(supernet.call(input), labels), asked);
            return (Gradient(weights), Gradient(alpha));
        }

        var both = After(weights, alpha);
        var ofAlpha = After(alpha);
        var ofWeights = After(weights);

        ofAlpha.W.Should().BeEmpty();
        ofAlpha.Alpha.Should().Equal(both.Alpha);
        ofWeights.Alpha.Should().BeEmpty();
        ofWeights.W.Should().Equal(both.W);
    }
}
