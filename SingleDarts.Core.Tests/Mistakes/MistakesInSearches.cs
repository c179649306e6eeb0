using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>The description of a search.</summary>
internal static class MistakesInSearches
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<InvalidRunException>("no data for a search", () => ArchitectureSearch.In(Small.Space).Build(), "On(...)"),
        Mistake.Of<ArgumentNullException>("a search in no space", () => ArchitectureSearch.In(null!), "space"),
        Mistake.Of<ArgumentNullException>("no scheme", () => Built(s => s.Using(null!)), "scheme"),
        Mistake.Of<ArgumentNullException>("no relaxation", () => Built(s => s.Relaxing(null!)), "relaxation"),
        Mistake.Of<ArgumentNullException>("no penalty", () => Built(s => s.Penalizing(null!)), "penalty"),
        Mistake.Of<ArgumentNullException>("no rule", () => Built(s => s.Following(null!)), "rule"),
        Mistake.Of<ArgumentNullException>("no observer", () => Built(s => s.ObservedBy(null!)), "observer"),
        Mistake.Of<ArgumentNullException>("no decorator", () => Built(s => s.Decorating(null!)), "decorator"),
        Mistake.Of<ArgumentNullException>("no derivation", () => Built(s => s.Deriving(null!)), "derivation"),
        Mistake.Of<ArgumentNullException>("no transform", () => Built(s => s.Augmenting(null!)), "transform"),
        Mistake.Of<ArgumentNullException>("no loss", () => Built(s => s.Minimizing(null!)), "loss"),
        Mistake.Of<ArgumentNullException>("no folder", () => Built(s => s.SavingTo(null!)), "folder"),
        Mistake.Of<ArgumentNullException>("no logger", () => Built(s => s.LoggingTo(null!)), "factory"),
        Mistake.Of<ArgumentNullException>("no progress bar", () => Built(s => s.ReportingTo(null!)), "progress"),
        Mistake.Of<ArgumentNullException>("no change", () => Built(s => s.With(null!)), "change"),
        Mistake.Of<ArgumentException>("a change that returns nothing", () => Built(s => s.With(_ => null!)), "returned null", "with"),
        Mistake.Of<InvalidRunException>(
            "an optimiser that is null", () => Built(s => s.UpdatingWeights(_ => null!)), "WeightOptimizer is null", "default"),
        Mistake.Of<InvalidRunException>("α's optimiser that is null",
            () => Built(s => s.With(o => o with { ArchitectureOptimizer = null! })), "ArchitectureOptimizer is null"),
        Mistake.Of<InvalidRunException>("a penalty of a list that is null",
            () => Built(s => s.With(o => o with { Penalties = [null!] })), "Penalties", "leave it out"),
        Mistake.Of<ArgumentNullException>("no schedule", () => Built(s => s.UpdatingWeights(o => o with { Schedule = null! })), "Schedule"),
        Mistake.Of<InvalidRunException>("batches of one", () => Built(s => s.For(1, 1)), "batch size is 1", "batch normalisation"),
        Mistake.Of<InvalidRunException>("a last batch of one", () => Built(s => s.For(1, 13)), "40 samples in batches of 13"),
        Mistake.Of<InvalidRunException>("larger batches than data", () => Built(s => s.For(1, 64)), "batch size is 64", "more data"),
        Mistake.Of<InvalidRunException>("no epochs", () => Built(s => s.For(0)), "number of epochs is 0"),
        Mistake.Of<InvalidRunException>("no threads", () => Built(s => s.WithThreads(0)), "number of threads is 0"),
        Mistake.Of<InvalidRunException>("a device of no library", () => Built(s => s.OnDevice("gpu")), "'gpu' is unknown", "cuda"),
        Mistake.Of<InvalidRunException>("a device that is not there",
            () => Built(s => s.OnDevice("cuda:77")), "no device 'cuda:77'", "cpu"),
        Mistake.Of<InvalidRunException>("whole numbers as weights", () => Built(s => s.InPrecision(ScalarType.Int64)), "Int64", "Float32"),
        Mistake.Of<InvalidRunException>(
            "a negative learning rate", () => Built(s => s.UpdatingWeights(o => o.Sgd(-0.1))), "learning rate", "-0.1"),
        Mistake.Of<InvalidRunException>("data of other classes", () => InSpace(SearchSpaces.NasBench201(10, 2, 1, height: 8, width: 8)),
            "3 classes", "10"),
        Mistake.Of<InvalidRunException>("images of another size for a search", () => InSpace(SearchSpaces.NasBench201(3, 2, 1)),
            "[3, 8, 8]", "[3, 32, 32]"),
        Mistake.Of<ObjectDisposedException>("data disposed before the search is built", () =>
        {
            ClassificationDataset data = Small.Data();
            ArchitectureSearch search = Small.Search(data);
            data.Dispose();
            search.Build();
        }, "'noise' has been disposed", "after RunAsync"),
        Mistake.Of<ObjectDisposedException>("data disposed before the search is run", () =>
        {
            ClassificationDataset data = Small.Data();
            var run = Small.Search(data).Build();
            data.Dispose();
            run.RunAsync().GetAwaiter().GetResult();
        }, "'noise' has been disposed", "after RunAsync"),
        Mistake.Of<IOException>("a resume without a run", () => Run(s => s.ResumingFrom("/tmp/singledarts-nothing-here")), "holds no run"),
        Mistake.Of<IOException>("a folder that cannot be made", () => Run(s => s.SavingTo("/proc/nowhere/run")), "/proc/nowhere/run"),
        Mistake.Of<InvalidRunException>("an observer that is named like a path",
            () => Built(s => s.ObservedBy(new PathObserver())), "'../mine'", "a file's"),
        Mistake.Of<InvalidRunException>("a strategy without an evaluator",
            () => new StrategySearch { Space = Small.Space, Strategy = new RandomStrategy(), Evaluator = null!, Evaluations = 2 }.Run(),
            "Evaluator"),
        Mistake.Of<InvalidRunException>("a strategy without evaluations",
            () => new StrategySearch
            {
                Space = Small.Space, Strategy = new RandomStrategy(),
                Evaluator = new TableEvaluator(Every.Table, epochs: 200), Evaluations = 0,
            }
                .Run(), "number of evaluations is 0"),
    ];

    /// <summary>Builds the small search with a change.</summary>
    public static void Built(Func<ArchitectureSearch, ArchitectureSearch> change)
    {
        using ClassificationDataset data = Small.Data();
        change(Small.Search(data)).Build();
    }

    /// <summary>Runs it.</summary>
    public static void Run(Func<ArchitectureSearch, ArchitectureSearch> change)
    {
        using ClassificationDataset data = Small.Data();
        change(Small.Search(data).For(1, 20)).RunAsync().GetAwaiter().GetResult();
    }

    private static void InSpace(SearchSpace space)
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch.In(space).On(data).For(1, 10).Build();
    }
}
