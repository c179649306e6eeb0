using SingleDarts.Core.Data;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Tests.Search;

public class MemoryTests
{
    public static TheoryData<string, IOptimizationScheme, CellExecution> Schemes => new()
    {
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.Merged },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.MergedWithRecomputation },
        { "single-level", OptimizationSchemes.SingleLevel, CellExecution.PerEdge },
        { "bi-level", OptimizationSchemes.BiLevel, CellExecution.Merged },
        { "bi-level-2nd", OptimizationSchemes.BiLevelSecondOrder, CellExecution.Merged },
        { "bi-level-2nd-exact", new BiLevelScheme { Gradient = ArchitectureGradient.Exact }, CellExecution.Merged },
    };

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Live_tensors_and_resident_memory_are_flat_over_hundreds_of_steps(
        string name, IOptimizationScheme scheme, CellExecution execution)
    {
        using ClassificationDataset data = Small.Data(samples: 80);
        var gauge = new Gauge();
        int stepsPerEpoch = name == "single-level" ? 8 : 4;
        int steps = LongTests.AreWanted ? 500 : 160;
        await Small.Search(data, scheme).For(steps / stepsPerEpoch + 1, 10).ObservedBy(gauge).ComputingCells(execution).RunAsync();
        gauge.Steps.Should().HaveCountGreaterThanOrEqualTo(steps);
        gauge.Steps.Skip(1).Select(m => m.LiveTensors).Distinct().Should().ContainSingle();
        double growth = (gauge.Steps[steps - 1].ResidentBytes - gauge.Steps[(2 * steps / 5) - 1].ResidentBytes) / 1e6;
        growth.Should().BeLessThan(20, "the steps must not keep anything (MB)");
    }

    private sealed class Gauge : ISearchObserver
    {
        public List<MemoryUsage> Steps { get; } = [];

        public void OnStep(SearchMoment moment, StepOutcome outcome) => Steps.Add(MemoryUsage.Now());
    }
}
