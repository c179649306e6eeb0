using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Search;

public class MemoryTests
{
    public static TheoryData<string, IOptimizationScheme, CellExecution, string> Schemes => new()
    {
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.Merged, "nasbench201" },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.MergedWithRecomputation, "nasbench201" },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.PerEdge, "nasbench201" },
        { "bi-level", OptimizationSchemes.BiLevel, CellExecution.Merged, "nasbench201" },
        { "bi-level-2nd", OptimizationSchemes.BiLevelSecondOrder, CellExecution.Merged, "nasbench201" },
        { "bi-level-2nd-exact", new BiLevelScheme { Gradient = ArchitectureGradient.Exact }, CellExecution.Merged, "nasbench201" },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.Merged, "darts" },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.MergedWithRecomputation, "darts" },
    };

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Live_tensors_and_resident_memory_are_flat_over_hundreds_of_steps(
        string name, IOptimizationScheme scheme, CellExecution execution, string space)
    {
        using ClassificationDataset data = Small.Data(samples: 80);
        var gauge = new Gauge();
        int stepsPerEpoch = name == "single-level" ? 8 : 4;
        await Small.Search(data, scheme, space == "darts" ? Small.DartsSpace : null)
            .For(Steps / stepsPerEpoch + 1, 10).ObservedBy(gauge).ComputingCells(execution).RunAsync();
        gauge.ShouldBeFlat();
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(CellExecution.Merged)]
    [InlineData(CellExecution.MergedWithRecomputation)]
    public async Task Live_tensors_and_resident_memory_are_flat_over_hundreds_of_steps_of_a_training(CellExecution execution)
    {
        using EvaluationNetwork network = DartsNetworks.Cifar(
            DartsGenotypes.DartsV2, classes: 3, channels: 4, layers: 3, size: 8, options: new() { Execution = execution });
        var gauge = new Gauge();
        await NetworkTraining.Of(network).On(TrainingSetup.Source(samples: 80)).For(Steps / 8 + 1, 10)
            .With(o => o with { DropPath = Schedule.Linear(0, 0.2), AuxiliaryWeight = 0 }).ObservedBy(gauge).RunAsync();
        gauge.ShouldBeFlat();
    }

    private static int Steps => LongTests.AreWanted ? 500 : 160;

    private sealed class Gauge : IRunObserver
    {
        private readonly List<MemoryUsage> steps = [];

        public void OnStep(RunMoment moment) => steps.Add(MemoryUsage.Now());

        public void ShouldBeFlat()
        {
            steps.Should().HaveCountGreaterThanOrEqualTo(Steps);
            steps.Skip(1).Select(m => m.LiveTensors).Distinct().Should().ContainSingle();
            double growth = (steps[Steps - 1].ResidentBytes - steps[(2 * Steps / 5) - 1].ResidentBytes) / 1e6;
            growth.Should().BeLessThan(20, "the steps must not keep anything (MB)");
        }
    }
}
