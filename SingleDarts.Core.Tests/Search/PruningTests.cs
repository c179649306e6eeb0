using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Candidates that are taken away from a supernet in use.</summary>
public class PruningTests
{
    [Theory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    [InlineData(CellExecution.MergedWithRecomputation)]
    public void A_pruned_supernet_computes_what_one_that_never_had_the_candidates_computes(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: new SoftmaxRelaxation(1));
        search.Supernet.Execution = execution;
        OptimizationSchemes.SingleLevel.Step(search.Step);
        using var before = new Supernet(Restricted.Small, new SoftmaxRelaxation(1),
            new SupernetOptions { DataType = ScalarType.Float64, Execution = execution });
        using (no_grad())
            foreach (var (name, tensor) in before.state_dict())
                tensor.copy_(search.Supernet.state_dict()[name]);

        search.Supernet.Restrict(Restricted.Small);

        HashSet<string> kept = [.. before.Weights.Select(w => w.Name)];
        using Scalar poison = Core.Runtime.Scalars.Of(double.NaN);
        using (no_grad())
            foreach (var (name, weight) in search.Supernet.Weights.Where(w => !kept.Contains(w.Name)))
                weight.fill_(poison);
        Tensor p = search.Supernet.Relax()["cell"].P;
        foreach (var (edge, k) in Restricted.Excluded)
            p[edge, k].item<double>().Should().Be(0);
        Small.Same(p, before.Relax()["cell"].P).Should().BeTrue();
        Tensor given = search.Supernet.call(search.Train.Inputs), expected = before.call(search.Train.Inputs);
        Small.Same(given, expected).Should().BeTrue();
        search.Supernet.Space.Should().Be(Restricted.Small);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Weights_of_pruned_candidates_get_no_gradient_so_that_only_weight_decay_moves_them(double decay)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(OptimizerSettings.Default.Sgd(0.1, momentum: 0, weightDecay: decay));
        OptimizationSchemes.SingleLevel.Step(search.Step);
        Dictionary<string, Tensor> before = search.Supernet.Weights.ToDictionary(w => w.Name, w => w.Parameter.detach().clone());
        Tensor alpha = search.Alpha.detach().clone();
        search.Supernet.Restrict(Restricted.Small);
        using var never = new Supernet(Restricted.Small);
        HashSet<string> kept = [.. never.Weights.Select(w => w.Name)];
        for (int i = 0; i < 3; i++)
            OptimizationSchemes.SingleLevel.Step(search.Step);

        var pruned = search.Supernet.Weights.Where(w => !kept.Contains(w.Name)).ToList();
        pruned.Should().NotBeEmpty();
        foreach (var (name, weight) in pruned)
        {
            Tensor expected = before[name];
            for (int i = 0; i < 3; i++)
                expected = decay == 0 ? expected : expected.Plus(expected, -(0.1 * decay));
            (weight - expected).abs().max().item<double>().Should().BeLessThanOrEqualTo(decay == 0 ? 0 : 1e-15, name);
        }
        foreach (var (edge, k) in Restricted.Excluded)
            search.Alpha[edge, k].item<double>().Should().Be(alpha[edge, k].item<double>());
        search.Alpha[0, 3].item<double>().Should().NotBe(alpha[0, 3].item<double>());
    }

    [Fact]
    public async Task A_search_goes_on_with_the_same_supernet_and_schedules()
    {
        using ClassificationDataset data = Small.Data();
        var free = await Small.Search(data).For(4).RunAsync();
        var seen = new Supernets();
        SearchResult result = await Small.Search(data).For(4).Following(new PruningAfter(1, 2)).ObservedBy(seen).RunAsync();

        seen.All.Distinct().Should().ContainSingle();
        result.Epochs.Select(e => (e.Stage, e.Epochs)).Distinct().Should().Equal((1, 4));
        result.Epochs.Select(e => e.WeightLearningRate).Should().Equal(free.Epochs.Select(e => e.WeightLearningRate));
        result.Epochs[0].WeightLoss.Should().Be(free.Epochs[0].WeightLoss);
        result.Epochs[1].WeightLoss.Should().NotBe(free.Epochs[1].WeightLoss);
        int[] zeros = [.. result.Epochs.Select(e => e.Architecture["cell"].OperationWeights.Cast<double>().Count(p => p == 0))];
        zeros.Should().Equal(0, 6, 12, 12);
        result.Cost.Should().Be(new CostModel(Small.Space).Of(result.Genotype));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(13)]
    public async Task A_resume_after_a_pruning_is_bit_for_bit(int step)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data).For(4).Following(new PruningAfter(1, 2));
        SearchResult whole = await Search().SavingTo(folder["whole"]).RunAsync();
        await Runs.ResumablePartsTests.Cancelled(step, (bar, stop) => Search().SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();
        resumed.Epochs.Select(StagesTests.Numbers).Should().Equal(whole.Epochs.Select(StagesTests.Numbers));
        TrainingSetup.SameTensors(folder["whole/checkpoint/latest.safetensors"], folder["cut/checkpoint/latest.safetensors"]);
    }

    private sealed class Supernets : ISearchObserver
    {
        public List<Supernet> All { get; } = [];

        public void OnStepStarting(SearchMoment moment) => All.Add(moment.Context.Supernet);
    }
}
