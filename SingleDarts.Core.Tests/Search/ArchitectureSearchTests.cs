using SingleDarts.Core.Runs;
using Microsoft.Extensions.Logging;
using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Search;

public class ArchitectureSearchTests
{
    private static readonly IRelaxation Softmax = Relaxations.Softmax;
    private static readonly IDerivation Derivation = new TopEdges();
    private static readonly ZeroOneLoss Penalty = new(0.1);
    private static readonly OperationLimit Rule = new("skip_connect", 2);
    private static readonly ISearchObserver Observer = new Silent();

    private static readonly Func<ArchitectureSearch, ArchitectureSearch>[] Calls =
    [
        s => s.Using(OptimizationSchemes.BiLevel), s => s.Relaxing(Softmax), s => s.Deriving(Derivation), s => s.Penalizing(Penalty),
        s => s.Following(Rule), s => s.ObservedBy(Observer), s => s.For(7), s => s.With(o => o with { BatchSize = 12 }), s =>
            s.WithSeed(9),
        s => s.OnDevice("cuda:1"), s => s.InPrecision(ScalarType.Float64), s => s.ComputingCells(CellExecution.PerEdge),
        s => s.Augmenting(ImageAugmentation.Cifar10Search), s => s.SavingTo("runs/x"), s => s.With(o => o with { CheckpointInterval = 3 }),
        s => s.UpdatingWeights(o => o.Sgd(0.01, weightDecay: 1e-3)), s => s.UpdatingWeights(o => o.Cosine(1e-4)),
        s => s.UpdatingWeights(o => o.WarmUp(2, of: 50)), s => s.UpdatingWeights(o => o.ClipGradientNorm(1)),
        s => s.UpdatingArchitecture(o => o.Adam(1e-3)), s => s.UpdatingArchitecture(o => o.ClipGradientNorm(2)),
    ];

    [Fact]
    public void Calls_in_any_order_give_the_same_options()
    {
        SearchOptions[] all = [.. Enumerable.Range(0, 50).Select(seed =>
        {
            Func<ArchitectureSearch, ArchitectureSearch>[] calls = [.. Calls];
            new Random(seed).Shuffle(calls);
            return calls.Aggregate(ArchitectureSearch.In(Small.Space), (search, call) => call(search)).Options;
        })];
        SearchOptions first = all[0];
        all.Select(o => o with { Penalties = first.Penalties, EpochRules = first.EpochRules, Observers = first.Observers })
            .Should().OnlyContain(o => o == first);
        all.Should().OnlyContain(o => 
            ReferenceEquals(o.Penalties.Single(), Penalty) && ReferenceEquals(o.EpochRules.Single(), Rule) &&
                o.Observers.Single() == Observer);
        (first.Epochs, first.BatchSize, first.CheckpointInterval).Should().Be((7, 12, 3));
        first.WeightOptimizer.Should()
            .Be(OptimizerSettings.Default.Sgd(0.01, weightDecay: 1e-3).Cosine(1e-4).WarmUp(2, of: 50).ClipGradientNorm(1));
    }

    [Fact]
    public void A_call_leaves_the_search_that_it_is_made_on_as_it_was()
    {
        ArchitectureSearch common = ArchitectureSearch.In(Small.Space).WithSeed(4);
        SearchOptions before = common.Options;
        foreach (var call in Calls)
        {
            call(common).Options.Should().NotBe(before);
            common.Options.Should().BeSameAs(before);
        }
        using ClassificationDataset data = Small.Data();
        common.For(1, 10).On(data).Build();
        common.For(1, 10).Invoking(s => s.Build()).Should().Throw<InvalidRunException>().WithMessage("*No data*");
    }

    [Fact]
    public void Another_optimizer_keeps_the_schedule_and_the_clipping()
    {
        OptimizerSettings settings = ArchitectureSearch.In(Small.Space).UpdatingWeights(o => o.Sgd(0.01)).Options.WeightOptimizer;
        settings.Optimizer.Should().Be(new SgdOptions(0.01));
        settings.Schedule.Should().Be(Schedule.Cosine(0.01));
        settings.MaxGradientNorm.Should().Be(5);
        settings.Constant().ClipGradientNorm(null).Should().Be(OptimizerSettings.Default.Sgd(0.01));
    }

    [Fact]
    public async Task Logger_and_progress_survive_the_build()
    {
        using ClassificationDataset data = Small.Data();
        using var log = new Records();
        int steps = 0;
        var run = Small.Search(data).LoggingTo(log).ReportingTo(new Immediately(_ => steps++)).Build();
        await run.RunAsync();
        steps.Should().Be(3 * 4);
        log.Messages.Should().Contain(m => m.StartsWith("SingleDarts.Search", StringComparison.Ordinal));
    }

    private sealed class Silent : ISearchObserver;

    internal sealed class Records : ILoggerFactory, ILogger
    {
        private string category = "";

        public List<string> Messages { get; } = [];

        public ILogger CreateLogger(string categoryName)
        {
            category = categoryName;
            return this;
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
            Messages.Add($"{category}: {format(state, exception)}");

        public void Dispose()
        {
        }
    }
}
