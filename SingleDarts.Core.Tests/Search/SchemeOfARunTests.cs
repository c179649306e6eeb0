using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Runs;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Schemes with a state for each run and with steps of their own at the end of an epoch.</summary>
public class SchemeOfARunTests
{
    private static ArchitectureSearch Search(ClassificationDataset data, IOptimizationScheme? scheme = null) =>
        Small.Search(data, scheme ?? new Controller()).Deriving(new DrawnSelection { Count = 5, CountPerEpoch = 2, BatchSize = 8 });

    /// <summary>An epoch has two steps over batches and two of the controller.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(11)]
    public async Task A_scheme_with_a_network_and_an_optimiser_resumes_bit_for_bit_in_either_phase(int stepsBeforeInterruption)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        SearchResult whole = await Search(data).SavingTo(folder["whole"]).RunAsync();
        await ResumablePartsTests.Cancelled(stepsBeforeInterruption, (bar, stop) =>
            Search(data).ObservedBy(new Drawing()).SavingTo(folder["cut"]).ReportingTo(bar).RunAsync(stop));
        SearchResult resumed = await Search(data).ObservedBy(new Drawing()).ResumingFrom(folder["cut"]).RunAsync();
        SearchResult again = await Search(data).ResumingFrom(folder["cut"]).RunAsync();

        resumed.Epochs.Select(e => e.Genotype).Should().Equal(whole.Epochs.Select(e => e.Genotype));
        resumed.Genotype.Should().Be(whole.Genotype);
        again.Genotype.Should().Be(whole.Genotype, "a search that is resumed at its end derives the same");
        ResumablePartsTests.SameCheckpoints(folder["whole"], folder["cut"]);
        Dictionary<string, Tensor> saved = TrainingSetup.Read(Path.Combine(folder["cut"], "checkpoint", "latest.safetensors"));
        saved.Keys.Should().Contain(["schemes/controller/network/weight", "schemes/controller/optimizer/weight/step"]);
        saved["schemes/controller/optimizer/weight/step"].item<long>().Should().Be(3 * 2);
    }

    [Fact]
    public async Task Two_searches_share_a_described_scheme_and_each_disposes_its_own()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult alone = await Search(data).RunAsync();
        var shared = new Controller();
        SearchResult[] both = await Task.WhenAll(Search(data, shared).RunAsync(), Search(data, shared).RunAsync());
        both.Should().OnlyContain(result => result.Genotype.Equals(alone.Genotype));
        both[0].Epochs.Select(e => e.WeightLoss).Should().Equal(alone.Epochs.Select(e => e.WeightLoss));
        shared.Disposed.Should().Be(2);
    }

    [Fact]
    public async Task Further_steps_have_no_batches_and_diagnostics_measure_in_the_others()
    {
        using ClassificationDataset data = Small.Data();
        var (seen, hessian, correlation) = (new Seen(), new HessianEigenvalue(), new GradientCorrelation { Interval = 1 });
        var (gradients, collapse) = (new OperationGradients { Interval = 1 }, new CollapseIndicators { Interval = 1 });
        int reported = 0;
        await Small.Search(data, new Longer()).For(2, 10).ObservedBy(seen).ObservedBy(hessian).ObservedBy(correlation).ObservedBy(gradients)
            .ObservedBy(collapse).ReportingTo(new Immediately(p => reported += p.Steps)).RunAsync();
        string.Concat(seen.Steps.Select(has => has ? 'b' : '-')).Should().Be("bbbb---bbbb---");
        seen.Progress.Should().Equal(Enumerable.Range(0, 14).Select(i => i / 14.0), (a, b) => Math.Abs(a - b) < 1e-15);
        reported.Should().Be(14 * 7);
        hessian.Records.Should().HaveCount(2);
        gradients.Records[0].Measurements.Should().Be(4);
        correlation.Records.Should().NotBeEmpty();
        collapse.Records.Should().HaveCount(2);
    }

    [Fact]
    public async Task Preceding_steps_come_first_and_change_neither_the_batches_nor_what_is_measured_of_them()
    {
        using ClassificationDataset data = Small.Data();
        async Task<(Seen Seen, string[] Losses, string Eigenvalues, string Correlations, string Gradients)> Run(Longer scheme)
        {
            var (seen, hessian, correlation) = (new Seen(), new HessianEigenvalue(), new GradientCorrelation { Interval = 1 });
            var (gradients, collapse) = (new OperationGradients { Interval = 2 }, new CollapseIndicators { Interval = 2 });
            SearchResult result = await Small.Search(data, scheme).For(2, 10).ObservedBy(seen).ObservedBy(hessian)
                .ObservedBy(correlation).ObservedBy(gradients).ObservedBy(collapse).RunAsync();
            return (seen, [.. result.Epochs.Select(e => $"{e.WeightLoss:R} {e.ArchitectureLoss:R}")],
                string.Join(' ', hessian.Records.Select(r => r.Eigenvalue)),
                RunJson.Write(correlation.Records.Select(r => r.Nodes)), RunJson.Write(gradients.Records.Select(r => r with { Step = 0 })));
        }
        var plain = await Run(new Longer { Steps = 0 });
        var later = await Run(new Longer { Steps = 1, Before = 3 });
        string.Concat(later.Seen.Steps.Select(has => has ? 'b' : '-')).Should().Be("---bbbb----bbbb-");
        later.Losses.Should().Equal(plain.Losses);
        later.Eigenvalues.Should().Be(plain.Eigenvalues);
        later.Correlations.Should().Be(plain.Correlations);
        later.Gradients.Should().Be(plain.Gradients);
        await FluentActions.Awaiting(() => Small.Search(data, new Longer { Before = -2 }).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*'longer' has -2 preceding steps before 4; expected 0 or more*");
    }

    [Fact]
    public async Task What_no_step_measured_is_the_weights_number_or_none()
    {
        using ClassificationDataset data = Small.Data();
        EpochReport weights = (await Small.Search(data, new Own(step => new StepOutcome(step.UpdateWeights()))).RunAsync()).Epochs[0];
        weights.ArchitectureLoss.Should().Be(weights.WeightLoss).And.BeGreaterThan(0);
        weights.ArchitectureAccuracy.Should().Be(weights.WeightAccuracy);
        EpochReport nothing = (await Small.Search(data, new Own(_ => new StepOutcome(null))).RunAsync()).Epochs[0];
        nothing.WeightLoss.Should().Be(double.NaN);
        EpochReport alpha = (await Small.Search(data, new Own(step => new StepOutcome(null, step.UpdateArchitecture()))).RunAsync())
            .Epochs[0];
        alpha.WeightLoss.Should().Be(double.NaN);
        alpha.ArchitectureLoss.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_scheme_is_asked_for_its_faults_before_the_search_and_for_its_run_at_the_beginning()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data, new Longer { Fault = "needs two kinds of cell." }).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*needs two kinds of cell.*");
        await FluentActions.Awaiting(() => Small.Search(data, new Longer { Steps = -1 }).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*'longer' has -1 further steps*expected 0 or more*");
        await FluentActions.Awaiting(() => Small.Search(data, new Longer { IsNull = true }).RunAsync())
            .Should().ThrowAsync<InvalidRunException>().WithMessage("*Begin of the scheme 'longer' gives null*");
        await FluentActions.Awaiting(() => Small.Search(data, new Longer { Further = step => step.UpdateWeights() }).RunAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*'longer'*Step 4 of 7 has no batches;*EvaluationBatch*");
    }

    [Fact]
    public async Task The_end_of_an_epoch_comes_before_the_derivation_and_may_move_alpha()
    {
        using ClassificationDataset data = Small.Data();
        SearchResult result = await Small.Search(data, new Longer { Preferred = 2 }).RunAsync();
        result.Epochs.Should().OnlyContain(epoch => epoch.Genotype.Count("nor_conv_1x1") == 6);
    }

    /// <summary>Single-level, with further steps that do nothing unless told.</summary>
    private sealed record Longer : IOptimizationScheme
    {
        public int Steps { get; init; } = 3;

        public int Before { get; init; }

        public string? Fault { get; init; }

        public bool IsNull { get; init; }

        public int? Preferred { get; init; }

        public Action<StepContext>? Further { get; init; }

        public string Name => "longer";

        public IEnumerable<string> Faults(SearchSpace space) => Fault is null ? [] : [Fault];

        public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

        public IOptimizationScheme Begin(StepContext step) => IsNull ? null! : this;

        public int PrecedingSteps(int weightSteps) => Before;

        public int FurtherSteps(int weightSteps) => Steps;

        public StepOutcome Step(StepContext step)
        {
            if (step.HasBatches)
                return OptimizationSchemes.SingleLevel.Step(step);
            Further?.Invoke(step);
            return new StepOutcome(null);
        }

        public void EndEpoch(StepContext step)
        {
            using var _ = no_grad();
            if (Preferred is { } column)
                step.Supernet.Architecture["cell"][TensorIndex.Colon, column].zero_().Plus_(9.0);
        }
    }

    private sealed class Seen : ISearchObserver
    {
        public List<bool> Steps { get; } = [];

        public List<double> Progress { get; } = [];

        public void OnStep(SearchMoment moment, StepOutcome outcome)
        {
            Steps.Add(moment.Context.HasBatches);
            Progress.Add(moment.Context.Progress);
        }
    }

    /// <summary>Draws from what the scheme draws from.</summary>
    private sealed class Drawing : ISearchObserver
    {
        public void OnStepStarting(SearchMoment moment) => rand(3, generator: moment.Context.Generator).Dispose();
    }
}
