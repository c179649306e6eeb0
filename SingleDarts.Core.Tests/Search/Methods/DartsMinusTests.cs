using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search.Methods;

public class DartsMinusTests
{
    [Fact]
    public void Settings_are_those_of_the_published_script()
    {
        SearchOptions options = SearchMethods.DartsMinus().Options(SearchSpaces.Darts());
        (options.Epochs, options.BatchSize).Should().Be((50, 64));
        options.Scheme.Should().Be(
            new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Sampling = ArchitectureSampling.WithoutReplacement });
        options.Relaxation.Should().Be(Relaxations.Softmax);
        options.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 3e-4));
        options.WeightOptimizer.Schedule.Should().Be(Schedule.Cosine(0.025, 0.001));
        options.WeightOptimizer.MaxGradientNorm.Should().Be(5);
        options.ArchitectureOptimizer.Optimizer.Should().Be(new AdamOptions(3e-4, 0.5, 0.999, 1e-3));
        options.ArchitectureOptimizer.MaxGradientNorm.Should().BeNull();
        options.Derivation.Should().BeNull();
        Schedule beta = options.EdgeDecorators.Should().ContainSingle().Which.Should().BeOfType<AuxiliarySkip>().Which.Weight;
        beta.At(new(0, 0, 50)).Should().Be(1);
        beta.At(new(49, 0, 50)).Should().BeApproximately(0.02, 1e-15, "it never becomes 0");
    }

    [Fact]
    public async Task Without_beta_it_is_DARTS_bit_for_bit()
    {
        using ClassificationDataset data = Small.Data();
        async Task<string[]> Epochs(SearchMethod method) => [.. (await ArchitectureSearch.In(Small.Space, method).On(data).For(2, 10)
            .ComputingCells(CellExecution.PerEdge).WithSeed(3).RunAsync()).Epochs
            .Select(epoch => RunJson.Write(epoch with { Seconds = 0, DataSeconds = 0 }))];
        string[] darts = await Epochs(SearchMethods.Darts());
        (await Epochs(SearchMethods.DartsMinus(Schedule.Constant(0)))).Should().Equal(darts);
        (await Epochs(SearchMethods.DartsMinus())).Should().NotEqual(darts);
    }

    [Fact]
    public void An_invalid_schedule_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch.In(Small.Space, SearchMethods.DartsMinus(Schedule.Linear(1, double.NaN))).On(data).For(1, 10)
            .Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage("*weight β of the auxiliary skip connection*NaN*");
    }
}
