using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Optimizers;

/// <summary>Parameters that two optimisers move, and optimisers that begin anew.</summary>
public class SharedParametersTests
{
    [Fact]
    public void Two_optimisers_move_one_parameter_in_turn_each_with_a_momentum_of_its_own()
    {
        using var scope = NewDisposeScope();
        var shared = new Parameter(tensor(new[] { 1.0, -2.0 }));
        var own = new Parameter(tensor(3.0));
        using var first = new ScheduledOptimizer(OptimizerSettings.Default.Sgd(0.1, 0.9), [("shared", shared)]);
        using var second = new ScheduledOptimizer(
            OptimizerSettings.Default.Sgd(0.2, 0.5), [("shared", shared), ("own", own)], sharesParameters: true);
        double[] w = [1, -2, 3], firstBuffer = [0, 0], secondBuffer = [0, 0, 0];
        for (int t = 0; t < 5; t++)
        {
            first.ZeroGrad();
            shared.Squared().sum().backward();
            first.Step();
            for (int i = 0; i < 2; i++)
                w[i] -= 0.1 * (firstBuffer[i] = (0.9 * firstBuffer[i]) + (2 * w[i]));
            second.ZeroGrad();
            shared.sum().Plus(own).Squared().sum().backward();
            second.Step();
            double gradient = 2 * w.Sum();
            for (int i = 0; i < 3; i++)
                w[i] -= 0.2 * (secondBuffer[i] = (0.5 * secondBuffer[i]) + gradient);
            shared.data<double>().Append(own.item<double>()).Should().Equal(w, (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restarted_optimiser_is_a_new_one(bool adam)
    {
        using var scope = NewDisposeScope();
        OptimizerSettings settings = adam ? OptimizerSettings.Default.Adam(0.1) : OptimizerSettings.Default.Sgd(0.1);
        var w = new Parameter(tensor(new[] { 1.5, -0.5 }));
        using var restarted = new ScheduledOptimizer(settings, [("w", w)]);
        void Step(ScheduledOptimizer of)
        {
            of.ZeroGrad();
            of.Parameters[0].Parameter.Squared().sum().backward();
            of.Step();
        }
        Step(restarted);
        Step(restarted);
        using var fresh = new ScheduledOptimizer(settings, [("w", new Parameter(w.detach().clone()))]);
        restarted.Restart();
        for (int t = 0; t < 3; t++)
        {
            Step(restarted);
            Step(fresh);
            Small.Same(w, fresh.Parameters[0].Parameter).Should().BeTrue();
        }
    }
}
