using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class EigenvalueRuleTests
{
    /// <summary>The growth begins with the first measurement that only the later of two averages has.</summary>
    [Fact]
    public void The_first_possible_stop_is_after_epoch_22_with_the_genotype_of_epoch_10()
    {
        var rule = new EigenvalueStop();
        double Eigenvalue(int epoch) => epoch > 14 ? 100 : 1;
        for (int epoch = 0; epoch < 22; epoch++)
            rule.Decide(Context(rule, Eigenvalue, epoch)).Should().Be(EpochDecision.Continue, $"epoch {epoch}");
        EpochDecision decision = rule.Decide(Context(rule, Eigenvalue, epoch: 22));
        // Numbers of epochs are counted from 1: the genotype of epoch 10 is that of report 11.
        decision.Epoch.Should().Be(11);
        decision.StopReason.Should().Contain("80.20-fold", "the averages are (4 · 100 + 1) / 5 and 1");
        rule.Decide(Context(rule, Eigenvalue, epoch: 23)).Should().Be(EpochDecision.Continue, "nothing is measured after odd epochs");
        rule.Decide(Context(rule, Eigenvalue, epoch: 24)).Epoch.Should().Be(13);
    }

    [Theory]
    [InlineData(1.31, true)]
    [InlineData(1.29, false)]
    [InlineData(0.5, false)]
    public void Five_measurements_are_averaged_and_compared_with_the_average_four_before(double growth, bool stops)
    {
        var rule = new EigenvalueStop();
        // Of epochs 22 to 30 and 14 to 22, the first average without the numbers that must not count.
        double Eigenvalue(int epoch) => epoch switch { > 30 or < 14 => double.NaN, 22 => 1, > 22 => 1 + ((growth - 1) * 5 / 4), _ => 1 };
        EpochDecision decision = rule.Decide(Context(rule, Eigenvalue, epoch: 30));
        decision.Epoch.Should().Be(stops ? 19 : null);
    }

    [Fact]
    public void As_long_as_there_are_fewer_measurements_the_average_is_of_three_or_four()
    {
        var rule = new EigenvalueStop { FirstEpoch = 0, Factor = 1.05 };
        // After epoch 12: the mean of epochs 4 to 12 over that of epochs 0, 2 and 4, whose middle is epoch 0.
        double[] values = [2, 1, 3, 2, 2, 3, 1];
        double growth = ((3 + 2 + 2 + 3 + 1) / 5.0) / ((2 + 1 + 3) / 3.0);
        growth.Should().BeGreaterThan(1.05);
        EpochDecision decision = rule.Decide(Context(rule, epoch => values[epoch / 2], epoch: 12));
        decision.Epoch.Should().Be(1);
        decision.StopReason.Should().Contain("1.10-fold");
        (rule with { Factor = growth + 1e-9 }).Decide(Context(rule with { Factor = growth + 1e-9 }, e => values[e / 2], 12))
            .Should().Be(EpochDecision.Continue);
        rule.Decide(Context(rule, epoch => values[epoch / 2], epoch: 10)).Should().Be(EpochDecision.Continue);
    }

    [Fact]
    public void Nothing_is_decided_after_the_last_epoch_and_by_what_was_not_measured()
    {
        var rule = new EigenvalueStop();
        rule.Decide(Context(rule, epoch => epoch, epoch: 30, epochs: 31)).Should().Be(EpochDecision.Continue);
        rule.Decide(Context(rule, epoch => epoch, epoch: 30)).StopReason.Should().NotBeNull();
        rule.Decide(Context(new EigenvalueStop { Factor = 2 }, epoch => epoch, epoch: 30)).Should().Be(EpochDecision.Continue);
    }

    [Fact]
    public void Weight_decay_is_multiplied_from_the_epoch_before_the_growth_until_it_has_its_maximum()
    {
        var rule = new AdaptiveWeightDecay();
        var options = new SearchOptions();
        var decays = new List<double>();
        for (int i = 0; i < 3; i++)
        {
            EpochRuleContext context = Context(rule, epoch => epoch > 14 ? 100 : 1, epoch: 22) with { Options = options };
            rule.Returns(context).Should().Equal(i < 2 ? [11, 13, 15, 17, 19, 21, 23] : []);
            EpochDecision decision = rule.Decide(context);
            decision.ReturnEpoch.Should().Be(i < 2 ? 11 : null);
            decision.StopReason.Should().BeNull();
            options = decision.Options ?? options;
            decays.Add(options.WeightOptimizer.Optimizer.WeightDecay);
        }
        decays.Should().Equal([0.003, 0.03, 0.03], (a, b) => Math.Abs(a - b) < 1e-15);
        options.Should().Be(new SearchOptions { WeightOptimizer = options.WeightOptimizer, EdgeDecorators = options.EdgeDecorators });
        SearchOptions none = options with { WeightOptimizer = options.WeightOptimizer.WithWeightDecay(0) };
        rule.Decide(Context(rule, epoch => epoch, epoch: 30) with { Options = none }).Should().Be(EpochDecision.Continue);
        var byThree = new AdaptiveWeightDecay { Multiplier = 3, Maximum = 0.0243 };
        int returns = 0;
        for (options = new(); byThree.Decide(Context(byThree, e => e, 30) with { Options = options }).Options is { } next; returns++)
            options = next;
        (returns, options.WeightOptimizer.Optimizer.WeightDecay).Should().Be((4, 0.0243));
        byThree.Returns(Context(byThree, e => e, 49)).Should().BeEmpty("the search ends");
    }

    [Theory]
    [InlineData(HessianProduct.Exact)]
    [InlineData(HessianProduct.FiniteDifference)]
    public void The_measure_is_the_largest_signed_eigenvalue_of_the_loss_with_the_decay_of_alpha(HessianProduct product)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(architecture: OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999, weightDecay: 0.05),
            relaxation: Relaxations.Softmax);
        // Of the negative loss, so that the largest by absolute value is another one.
        var step = new StepContext(search.Supernet, search.Weights, search.Architecture,
            loss: (logits, labels) => nn.functional.cross_entropy(logits, labels).negative()) { ArchitectureBatch = search.Validation };
        double[] eigenvalues = linalg.eigvalsh(ExactHessian.Of(step, search.Validation)).data<double>().ToArray();
        eigenvalues.MaxBy(Math.Abs).Should().BeNegative();
        eigenvalues.Max().Should().BePositive();
        var rule = new EigenvalueStop { Product = product };
        Tensor alpha = search.Alpha.detach().clone();
        double? Measured(int epoch) => rule.Measure(new SearchMoment(epoch, 4, 4, step) { Position = new(epoch, 0.75, 50) });
        Measured(4).Should().BeApproximately(eigenvalues.Max() + 0.05, 1e-3 * eigenvalues.Max());
        Measured(5).Should().BeNull();
        Measured(49).Should().NotBeNull("the last epoch is measured");
        Small.Same(search.Alpha, alpha).Should().BeTrue();
    }

    [Fact]
    public void Settings_that_compare_nothing_are_rejected_before_the_search()
    {
        using ClassificationDataset data = Small.Data();
        Small.Search(data).Following(new EigenvalueStop { Interval = 0, Factor = 0 }).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*measures every 0 epochs*").WithMessage("*a growth by 0; expected a pos*");
        Small.Search(data).Following(new AdaptiveWeightDecay { Multiplier = 1, Product = (HessianProduct)7 }).Invoking(s => s.Build())
            .Should().Throw<InvalidRunException>().WithMessage("*by 1 up to 0.03; expected more than 1*").WithMessage("*products as 7*");
    }

    [Fact]
    public async Task A_search_stops_with_an_earlier_genotype_and_its_reports_have_what_was_measured()
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data();
        // Any growth is one.
        var rule = new EigenvalueStop { Interval = 1, Window = 1, Distance = 1, FirstEpoch = 1, Factor = 1e-9 };
        ArchitectureSearch Search() => Small.Search(data).For(6).Relaxing(Relaxations.Softmax).Following(rule);
        SearchResult result = await Search().SavingTo(folder["run"]).RunAsync();
        result.Epochs.Should().OnlyContain(epoch => epoch.Measured!.Keys.Single() == rule.Name);
        double[] measured = [.. result.Epochs.Select(epoch => epoch.Measured![rule.Name])];
        measured.Should().OnlyContain(eigenvalue => double.IsFinite(eigenvalue));
        int stop = Enumerable.Range(2, 3).First(epoch => measured[epoch] / measured[epoch - 1] > 0);
        (result.Epochs.Count, result.GenotypeEpoch, result.Genotype).Should().Be((stop + 1, stop, result.Epochs[stop - 1].Genotype));
        File.ReadAllLines(folder["run/epochs.jsonl"]).Should().OnlyContain(line => line.Contains("\"measured\":{"));
        (await Search().ResumingFrom(folder["run"]).RunAsync()).Genotype.Should().Be(result.Genotype);
    }

    [Fact]
    public async Task A_measure_leaves_no_trace_in_the_search()
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch search = Small.Search(data).Relaxing(Relaxations.Softmax).Decorating(new EdgeDropPath(0.4))
            .With(o => o with { TrackRunningStatistics = true });
        SearchResult plain = await search.RunAsync();
        SearchResult measured = await search.Following(new EigenvalueStop { Factor = 1e9 }).RunAsync();
        measured.Epochs.Select(epoch => StagesTests.Numbers(epoch with { Measured = null })).Should()
            .Equal(plain.Epochs.Select(StagesTests.Numbers));
    }

    /// <summary>After an epoch that is counted from 0.</summary>
    private static EpochRuleContext Context(EigenvalueRule rule, Func<int, double> eigenvalue, int epoch, int epochs = 50)
    {
        SearchSpace space = SearchSpaces.Darts();
        EpochReport[] reports = [.. Enumerable.Range(0, epoch + 1).Select(e => new EpochReport
        {
            Epoch = e + 1, Epochs = epochs, Seconds = 0, DataSeconds = 0, Genotype = space.RandomGenotype(e), WeightLoss = 0,
            WeightAccuracy = 0, ArchitectureLoss = 0, ArchitectureAccuracy = 0, WeightLearningRate = 0, ArchitectureLearningRate = 0,
            Architecture = new Dictionary<string, CellSnapshot>(),
            Measured = e % rule.Interval == 0 ? new Dictionary<string, double> { [rule.Name] = eigenvalue(e) } : null,
        })];
        return new()
        {
            Reports = reports, Space = space, FirstSpace = space, Stage = 1, EpochOfStage = epoch + 1, EpochsPerStage = epochs,
        };
    }
}
