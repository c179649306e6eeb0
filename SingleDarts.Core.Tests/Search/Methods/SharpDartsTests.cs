using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class SharpDartsTests
{
    [Fact]
    public void It_is_DARTS_with_max_W_and_cosine_power_annealing()
    {
        SearchSpace space = SearchSpaces.Darts();
        SearchOptions options = SearchMethods.SharpDarts().Options(space), darts = SearchMethods.Darts().Options(space);
        options.Should().Be(darts with
        {
            Epochs = 120, Relaxation = new MaxWeightRelaxation(), WeightOptimizer = options.WeightOptimizer,
        });
        options.WeightOptimizer.Optimizer.Should().Be(darts.WeightOptimizer.Optimizer);
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        double Rate(int epoch) => options.WeightOptimizer.LearningRateAt(new EpochPosition(epoch, 0, 120));
        Enumerable.Range(0, 5).Select(Rate).Should().Equal([0.005, 0.01, 0.015, 0.02, 0.025], (a, b) => Math.Abs(a - b) < 1e-12);
        Rate(5).Should().BeApproximately(0.025, 1e-12);
        Rate(119).Should().BeInRange(1e-4, 1.1e-4);
        SearchMethods.SharpDarts().Evidence.Should().Be(MethodEvidence.DefinitionTested);
    }
}
