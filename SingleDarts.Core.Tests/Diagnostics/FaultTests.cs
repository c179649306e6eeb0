using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class FaultTests
{
    public static TheoryData<ISearchObserver, string> Faults => new()
    {
        { new GradientCorrelation { Interval = 0 }, "*gradient-correlation: the interval is 0 steps; expected at least 1*" },
        { new GradientCorrelation { Cells = [1, 4] }, "*there is no cell 4*the cells 1 to 3*" },
        { new GradientCorrelation { Cells = [2, 2] }, "*cell 2 is named 2 times*" },
        { new GradientCorrelation { Nodes = [0] }, "*has no computed node 0; it has the nodes 1 to 3*" },
        { new GradientCorrelation { Nodes = [4] }, "*has no computed node 4*" },
        { new OperationGradients { Cells = [0] }, "*there is no cell 0*" },
        { new OperationGradients { Interval = -1 }, "*operation-gradients: the interval is -1*" },
        { new OperationProbabilities { Interval = 0 }, "*operation-probabilities: the interval is 0*" },
        { new HessianEigenvalue { Interval = 0 }, "*the interval is 0 epochs*" },
        { new HessianEigenvalue { MaxProducts = 0 }, "*the most products are 0*" },
        { new HessianEigenvalue { Tolerance = double.NaN }, "*the tolerance is NaN*" },
        { new HessianEigenvalue { Product = (HessianProduct)7 }, "*the product is 7; expected Exact or FiniteDifference*" },
        { new CollapseIndicators { Interval = 0 }, "*the interval is 0*" },
        { new CollapseIndicators { Epsilon = 0.5 }, "*epsilon is 0.5*" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Impossible_settings_are_refused_before_the_search(ISearchObserver observer, string message)
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).ObservedBy(observer).Invoking(search => search.Build()).Should().Throw<InvalidRunException>()
            .WithMessage(message);
    }

    [Fact]
    public void Two_diagnostics_of_one_name_are_refused()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).ObservedBy(new CollapseIndicators()).ObservedBy(new CollapseIndicators()).Invoking(search => search.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*2 observers are named 'collapse-indicators'*");
    }

    [Fact]
    public void Spaces_without_what_is_measured_are_refused()
    {
        SearchSpace space = SearchSpace.Define("pooling").Input(3, 8, 8).Classes(3).Channels(4)
            .Operation("skip_connect", _ => nn.Identity(), isLearnable: false)
            .Operation("avg_pool_3x3", _ => nn.AvgPool2d(3, stride: 1, padding: 1), isLearnable: false).Build();
        new GradientCorrelation().Faults(space).Should().ContainSingle().Which.Should().Contain("no learnable operation");
        SearchSpace other = SearchSpace.Define("other").Input(3, 8, 8).Classes(3).Channels(4)
            .Operation("skip_connect", _ => nn.Identity(), isLearnable: false).Operation("own", _ => nn.Identity()).Build();
        new GenotypeAccuracy(Every.Table).Faults(other).Should().ContainSingle().Which.Should().Contain("not in the table");
        new GenotypeAccuracy(Every.Table).Faults(Small.Space).Should().BeEmpty();
    }

    [Fact]
    public async Task A_diverging_search_ends_with_its_own_message_and_leaves_records_that_are_marked()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        await FluentActions.Awaiting(() => Small.Search(data).ObservedBy(new Poison()).With(Every.Diagnostic(1)).SavingTo(folder["run"])
            .RunAsync())
            .Should().ThrowAsync<RunDivergedException>().WithMessage("*epoch 1, step 4*");
        File.ReadLines(folder["run/diagnostics/gradient-correlation.jsonl"]).Last().Should()
            .Contain("\"isFinite\":false").And.Contain("NaN");
        File.ReadLines(folder["run/diagnostics/hessian-eigenvalue.jsonl"]).Last().Should().Contain("\"isFinite\":false");
    }

    /// <summary>Poisons w before the last step of the first epoch.</summary>
    private sealed class Poison : ISearchObserver
    {
        public void OnStepStarting(SearchMoment moment)
        {
            if (moment.Step != 3)
                return;
            using var _ = no_grad();
            using Scalar poison = Scalars.Of(double.NaN);
            moment.Context.Supernet.Weights[0].Parameter.fill_(poison);
        }
    }
}
