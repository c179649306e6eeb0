using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class OperationGradientsTests
{
    [Theory]
    [InlineData(CellExecution.PerEdge)]
    [InlineData(CellExecution.Merged)]
    public void Total_and_single_cells_are_the_finite_differences_of_the_loss_in_p(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        search.Supernet.Execution = execution;
        var watch = new OperationGradients { Cells = [1, 3] };
        OperationGradientsRecord record = EpochReports.Measure(watch, search.Step);
        record.Measurements.Should().Be(1);
        record.Cells.Select(c => c.Cell).Should().Equal(1, 3);

        Tensor p = search.Supernet.Relax()["cell"].P.detach();
        double Loss(params (int Cell, Tensor P)[] changed)
        {
            using var _ = no_grad();
            MixingWeights[] all = [p, p, p];
            foreach (var (cell, other) in changed)
                all[cell - 1] = other;
            return search.Step.Evaluate(search.Validation, all).Loss.item<double>();
        }
        for (int edge = 0; edge < 6; edge++)
            for (int k = 0; k < 5; k++)
            {
                Tensor plus = p.clone(), minus = p.clone();
                plus[edge, k] = p[edge, k].Plus(1e-6);
                minus[edge, k] = p[edge, k].Minus(1e-6);
                double total = (Loss((1, plus), (2, plus), (3, plus)) - Loss((1, minus), (2, minus), (3, minus))) / 2e-6;
                record.Total["cell"][edge, k].Should().BeApproximately(total, 1e-6 * Math.Max(1, Math.Abs(total)));
                foreach (CellGradient cell in record.Cells)
                    cell.Gradient[edge, k].Should().BeApproximately((Loss((cell.Cell, plus)) - Loss((cell.Cell, minus))) / 2e-6, 1e-6);
            }
        record.Total["cell"].Cast<double>().Count(g => Math.Abs(g) > 1e-4).Should()
            .BeGreaterThan(12, "the comparison must have something to compare");
    }

    [Fact]
    public async Task Epoch_is_the_mean_over_its_measured_steps()
    {
        using ClassificationDataset data = Small.Data();
        OperationGradients every = new() { Interval = 1 };
        var each = new EachStep();
        await Small.Search(data).ObservedBy(every).ObservedBy(each).RunAsync();
        every.Records.Should().HaveCount(3).And.OnlyContain(r => r.Measurements == 4);
        for (int epoch = 0; epoch < 3; epoch++)
            every.Records[epoch].Total["cell"][5, 3].Should()
                .BeApproximately(each.Gradients.Skip(4 * epoch).Take(4).Average(), 1e-5);
    }

    /// <summary>∂L/∂p by way of α's own gradient in single-level search: ∂L/∂α = p (1 − p) ∂L/∂p.</summary>
    private sealed class EachStep : ISearchObserver
    {
        private double p;

        public List<double> Gradients { get; } = [];

        public void OnStepStarting(SearchMoment moment) => p = moment.Context.Supernet.Snapshot()["cell"].OperationWeights[5, 3];

        public void OnStep(SearchMoment moment, SingleDarts.Core.Schemes.StepOutcome outcome) =>
            Gradients.Add(moment.Context.Supernet.Architecture["cell"].grad![5, 3].item<float>() / (p * (1 - p)));
    }
}
