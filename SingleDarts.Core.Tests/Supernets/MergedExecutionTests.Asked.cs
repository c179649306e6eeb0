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
            Tensor loss = nn.functional.cross_entropy(supernet.call(input), labels);
            // A backward pass that is not the library's says nothing of what it asks for, so that all is computed.
            if (asked.Length == 0)
                loss.backward();
            else
                StepContext.Backward(loss, asked);
            return (Gradient(weights), Gradient(alpha));
        }

        var all = After();
        var both = After(weights, alpha);
        var ofAlpha = After(alpha);
        var ofWeights = After(weights);

        both.W.Should().Equal(all.W);
        both.Alpha.Should().Equal(all.Alpha);
        ofAlpha.W.Should().BeEmpty();
        ofAlpha.Alpha.Should().Equal(all.Alpha);
        ofWeights.Alpha.Should().BeEmpty();
        ofWeights.W.Should().Equal(all.W);
    }
}
