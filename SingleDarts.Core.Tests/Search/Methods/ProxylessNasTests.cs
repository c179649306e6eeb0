using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class ProxylessNasTests
{
    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchMethod method = SearchMethods.ProxylessNas();
        SearchOptions options = method.Options(SearchSpaces.Darts());
        (options.Epochs, options.BatchSize).Should().Be((40 + 120, 256));
        options.Scheme.Should().Be(new SampledPathScheme { LabelSmoothing = 0.1, TrainPortion = 0.5, KeepsMass = true });
        options.Relaxation.Should().Be(new BinaryGateRelaxation(1e-3));
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 4e-5, Nesterov: true));
        options.WeightOptimizer.MaxGradientNorm.Should().BeNull();
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(1e-3, 0, 0.999, 0));
        options.Derivation.Should().Be(new EdgeArgmax());
        method.Evidence.Should().Be(MethodEvidence.DefinitionTested);
    }

    [Theory]
    [InlineData(40, 0, 4, false)]
    [InlineData(41, 0, 3, false)]
    [InlineData(41, 0, 4, true)]
    [InlineData(41, 0, 5, false)]
    [InlineData(159, 0, 9, true)]
    public void Alpha_moves_in_every_fifth_step_behind_the_warm_up_and_an_epoch(int epoch, double fraction, int step, bool moves) =>
        SearchMethods.ProxylessNas().Options(SearchSpaces.Darts()).ArchitectureOptimizer
            .IsMovingAt(new EpochPosition(epoch, fraction, 160), step).Should().Be(moves);

    /// <summary>0.05 (1 + cos(π t / 40)) / 2 for t &lt; 40, then 0.025 (1 + cos(π (t − 40) / 120)) / 2, with t moving on in an
    /// epoch.</summary>
    [Theory]
    [InlineData(0, 0, 0.05)]
    [InlineData(20, 0, 0.025)]
    [InlineData(39, 0.5, 1.927409e-05)]
    [InlineData(40, 0, 0.025)]
    [InlineData(99, 0.5, 0.01266362)]
    [InlineData(100, 0, 0.0125)]
    public void The_learning_rate_falls_twice(int epoch, double fraction, double expected) =>
        SearchMethods.ProxylessNas().Options(SearchSpaces.Darts()).WeightOptimizer
            .LearningRateAt(new EpochPosition(epoch, fraction, 160)).Should().BeApproximately(expected, 1e-7);
}
