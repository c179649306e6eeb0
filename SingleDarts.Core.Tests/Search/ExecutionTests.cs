using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class ExecutionTests
{
    [Theory]
    [InlineData("nasbench201")]
    [InlineData("darts")]
    public async Task Searches_end_at_the_same_genotype_and_alpha_however_cells_are_computed(string space)
    {
        using ClassificationDataset data = Small.Data();
        async Task<SearchResult> Run(CellExecution execution) =>
            await Small.Search(data, space: space == "darts" ? Small.DartsSpace : null)
                .InPrecision(ScalarType.Float64).ComputingCells(execution).For(epochs: 5, batchSize: 10).RunAsync();
        SearchResult perEdge = await Run(CellExecution.PerEdge);
        foreach (CellExecution execution in new[] { CellExecution.Merged, CellExecution.MergedWithRecomputation })
        {
            SearchResult other = await Run(execution);
            other.Genotype.Should().Be(perEdge.Genotype);
            Small.Alpha(other).Zip(Small.Alpha(perEdge), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-9);
        }
        Small.Alpha(perEdge).Distinct().Count().Should().BeGreaterThan(20, "α must have moved apart");
    }

    [Fact]
    public async Task A_run_begun_in_one_execution_is_resumed_in_another()
    {
        using ClassificationDataset data = Small.Data();
        using var folder = new TemporaryFolder();
        await Small.Search(data).ComputingCells(CellExecution.PerEdge).SavingTo(folder.Path).RunAsync();
        SearchResult again = await Small.Search(data).ComputingCells(CellExecution.Merged).ResumingFrom(folder.Path).RunAsync();
        again.Epochs.Should().HaveCount(3);
    }

    [Fact]
    public async Task Streamed_data_give_the_same_search_bit_for_bit()
    {
        using ClassificationDataset data = Small.Data();
        foreach (IOptimizationScheme scheme in new IOptimizationScheme[] { OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel })
        {
            SearchResult[] results = [
                await Small.Search(data, scheme).RunAsync(),
                await Small.Search(data, scheme).With(o => o with { Prefetch = true }).RunAsync()];
            Small.Alpha(results[1]).Should().Equal(Small.Alpha(results[0]));
            results[1].Epochs[^1].WeightLoss.Should().Be(results[0].Epochs[^1].WeightLoss);
        }
    }

    [Fact]
    public async Task A_streamed_search_is_resumed_bit_for_bit()
    {
        using ClassificationDataset data = Small.Data();
        using var folder = new TemporaryFolder();
        ArchitectureSearch Prefetched() => Small.Search(data).With(o => o with { Prefetch = true });
        SearchResult whole = await Prefetched().RunAsync();
        await foreach (EpochReport _ in Prefetched().SavingTo(folder.Path).RunEpochsAsync())
            break;
        Small.Alpha(await Prefetched().ResumingFrom(folder.Path).RunAsync()).Should().Equal(Small.Alpha(whole));
    }

    [Fact]
    public void An_unknown_convolution_type_is_refused()
    {
        using ClassificationDataset data = Small.Data();
        FluentActions.Invoking(() => Small.Search(data).With(o => o with { ConvolutionType = ScalarType.Float16 }).Build())
            .Should().Throw<InvalidRunException>().WithMessage("*Float16*BFloat16*");
    }
}
