using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Optimizers;

/// <summary>Epochs and steps in which a group of parameters stands still.</summary>
public class FreezeTests
{
    /// <summary>PC-DARTS on CIFAR-10: α steps from epoch 15 of 50 on.</summary>
    [Fact]
    public void A_freeze_keeps_its_share_of_the_epochs_and_leaves_one_to_move_in()
    {
        OptimizerSettings settings = OptimizerSettings.Default.FreezeFor(15, of: 50);
        Enumerable.Range(0, 50).Where(e => settings.IsMovingAt(new EpochPosition(e, 0.5, 50), 3)).Should().Equal(Enumerable.Range(15, 35));
        new[] { 1, 2, 10, 100 }.Select(settings.FrozenEpochs).Should().Equal(0, 1, 3, 30);
        OptimizerSettings.Default.FreezeFor(49, of: 50).FrozenEpochs(2).Should().Be(1);
    }

    [Fact]
    public void An_interval_counts_the_steps_of_an_epoch()
    {
        OptimizerSettings settings = OptimizerSettings.Default.EverySteps(5);
        Enumerable.Range(0, 12).Where(s => settings.IsMovingAt(new EpochPosition(1, 0, 2), s)).Should().Equal(4, 9);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void While_not_moving_neither_parameters_nor_moments_nor_the_counter_change(bool adam)
    {
        OptimizerSettings settings = (adam ? OptimizerSettings.Default.Adam(0.1) : OptimizerSettings.Default.Sgd(0.1)).FreezeFor(1, of: 2);
        using var scope = NewDisposeScope();
        var w = new TorchSharp.Modules.Parameter(tensor(new[] { 1.5, -0.5 }));
        using var optimizer = new ScheduledOptimizer(settings, [("w", w)]);
        using var plain = new ScheduledOptimizer(settings, [("v", new TorchSharp.Modules.Parameter(tensor(new[] { 1.5, -0.5 })))]);
        void Step(ScheduledOptimizer of)
        {
            of.ZeroGrad();
            of.Parameters[0].Parameter.Squared().sum().backward();
            of.Step();
        }
        optimizer.MoveTo(new EpochPosition(0, 0.5, 2), 1);
        optimizer.IsMoving.Should().BeFalse();
        Step(optimizer);
        w.data<double>().ToArray().Should().Equal(1.5, -0.5);
        optimizer.MoveTo(new EpochPosition(1, 0, 2), 0);
        optimizer.IsMoving.Should().BeTrue();
        Step(optimizer);
        Step(plain);
        w.data<double>().ToArray().Should().Equal(plain.Parameters[0].Parameter.data<double>().ToArray()).And.NotContain(1.5);
    }

    public static TheoryData<int> Schemes => [0, 1, 2, 3];

    private static readonly IOptimizationScheme[] All =
    [
        OptimizationSchemes.SingleLevel, OptimizationSchemes.BiLevel, OptimizationSchemes.SameSubset,
        OptimizationSchemes.BiLevelSecondOrder,
    ];

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Alpha_is_bit_identical_through_the_frozen_epochs_of_a_search_and_moves_after_them(int scheme)
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data, All[scheme]).UpdatingArchitecture(o => o.FreezeFor(2, of: 4))
            .For(epochs: 4, batchSize: 10).RunAsync();
        double[][] alpha = [.. result.Epochs.Select(Alpha)];
        alpha[0].Should().OnlyContain(a => a == alpha[0][0]).And.Equal(alpha[1]);
        alpha[2].Should().NotEqual(alpha[1]);
        alpha[3].Should().NotEqual(alpha[2]);
        result.Epochs.Select(e => e.ArchitectureLoss == e.WeightLoss).Should().Equal(true, true, scheme == 0, scheme == 0);
        result.Epochs.Select(e => e.WeightLoss).Should().OnlyHaveUniqueItems("w moves throughout");
    }

    /// <summary>Four steps an epoch, α in the second and fourth: its Adam has counted half of them.</summary>
    [Fact]
    public async Task Alpha_of_an_interval_moves_in_every_second_step_of_a_search()
    {
        using ClassificationDataset data = Small.Data();
        var watch = new Watch();
        await Small.Search(data).UpdatingArchitecture(o => o.EverySteps(2)).For(epochs: 2, batchSize: 10).ObservedBy(watch).RunAsync();
        watch.Moved.Should().Equal(false, true, false, true, false, true, false, true);
    }

    [Fact]
    public void An_interval_longer_than_an_epoch_is_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).UpdatingArchitecture(o => o.EverySteps(4)).For(1, batchSize: 10).Build();
        Small.Search(data).UpdatingArchitecture(o => o.EverySteps(5)).For(1, batchSize: 10).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*architecture optimiser*every 5-th step*an epoch has 4*");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task A_search_that_is_cut_inside_a_freeze_or_after_it_resumes_bit_for_bit(int steps)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch Search() => Small.Search(data).UpdatingArchitecture(o => o.FreezeFor(2, of: 3).EverySteps(2));
        SearchResult whole = await Search().RunAsync();
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => Search().SavingTo(folder["cut"]).ReportingTo(Immediately.At(steps, stop.Cancel))
            .RunAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        SearchResult resumed = await Search().ResumingFrom(folder["cut"]).RunAsync();
        Small.Alpha(resumed).Should().Equal(Small.Alpha(whole));
        resumed.Epochs.Select(e => e.WeightLoss).Should().Equal(whole.Epochs.Select(e => e.WeightLoss));
        Alpha(whole.Epochs[1]).Should().NotEqual(Small.Alpha(whole));
    }

    private static double[] Alpha(EpochReport epoch) => [.. epoch.Architecture[Genotype.OnlyCell].Alpha.Cast<double>()];

    private sealed class Watch : ISearchObserver
    {
        private double[] before = [];

        public List<bool> Moved { get; } = [];

        public void OnStepStarting(SearchMoment moment) => before = Alpha(moment);

        public void OnStep(SearchMoment moment, StepOutcome outcome) => Moved.Add(!Alpha(moment).SequenceEqual(before));

        private static double[] Alpha(SearchMoment moment)
        {
            using Tensor alpha = moment.Context.Supernet.Architecture["cell"].to(float64);
            return [.. alpha.data<double>()];
        }
    }
}
