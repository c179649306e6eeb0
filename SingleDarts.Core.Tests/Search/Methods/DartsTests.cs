using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class DartsTests
{
    /// <summary>AutoDL-Projects moves w first in the first order and α first in the second; quark0/darts always α first.</summary>
    [Theory]
    [InlineData(false, false, UpdateOrder.WeightsFirst)]
    [InlineData(false, true, UpdateOrder.ArchitectureFirst)]
    [InlineData(true, false, UpdateOrder.ArchitectureFirst)]
    [InlineData(true, true, UpdateOrder.ArchitectureFirst)]
    public void Settings_and_order_of_updates_are_those_of_the_published_scripts(bool inDarts, bool isSecond, UpdateOrder order)
    {
        SearchMethod method = isSecond ? SearchMethods.DartsSecondOrder() : SearchMethods.Darts();
        SearchOptions options = method.Options(inDarts ? SearchSpaces.Darts() : SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((50, 64));
        BiLevelScheme scheme = options.Scheme.Should().BeOfType<BiLevelScheme>().Subject;
        scheme.Order.Should().Be(order);
        scheme.Gradient.Should().Be(isSecond ? ArchitectureGradient.FiniteDifference : ArchitectureGradient.FirstOrder);
        scheme.Radius.Should().Be(0.01);
        scheme.Sampling.Should().Be(inDarts ? ArchitectureSampling.WithoutReplacement : ArchitectureSampling.WithReplacement);
        options.Relaxation.Should().Be(Relaxations.Softmax);
        options.WeightOptimizer.Optimizer.Should().Be(
            inDarts ? new SgdOptions(0.025, 0.9, 3e-4) : new SgdOptions(0.025, 0.9, 5e-4, Nesterov: true));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        options.Derivation.Should().BeNull();
    }
}
