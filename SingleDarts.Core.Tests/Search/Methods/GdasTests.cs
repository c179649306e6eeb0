using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class GdasTests
{
    [Theory]
    [InlineData(false, 64)]
    [InlineData(true, 256)]
    public void Settings_are_those_of_the_published_scripts(bool inDarts, int batchSize)
    {
        SearchOptions options = SearchMethods.Gdas().Options(inDarts ? SearchSpaces.Darts(layers: 6) : SearchSpaces.NasBench201());
        (options.Epochs, options.BatchSize).Should().Be((250, batchSize));
        options.Scheme.Should().Be(new BiLevelScheme { Order = UpdateOrder.WeightsFirst });
        options.Relaxation.Should().Be(new GumbelRelaxation { CountsUncomputed = !inDarts });
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 5e-4, Nesterov: true));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.WeightOptimizer.LearningRateAt(new(125, 0, 250)).Should().BeApproximately(0.013, 1e-12);
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        options.ArchitectureOptimizer.FreezeShare.Should().Be(0);
        options.Derivation.Should().Be(inDarts ? new TopPairs() : null);
        SearchMethods.Gdas().Evidence.Should().Be(MethodEvidence.DefinitionTested);
    }

    [Fact]
    public void The_space_of_six_cells_has_its_reductions_where_GDAS_has_them() =>
        SearchSpaces.Darts(layers: 6).Layout.Layers.Cast<CellPlacement>().Select(cell => cell.Stride).Should().Equal(1, 1, 2, 1, 2, 1);
}
