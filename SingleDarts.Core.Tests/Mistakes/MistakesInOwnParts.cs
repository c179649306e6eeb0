using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Search;
using static SingleDarts.Core.Tests.Mistakes.MistakesInSearches;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>Schemes, relaxations, candidates and other parts that somebody else wrote.</summary>
internal static class MistakesInOwnParts
{
    private static readonly NullParts forgetful = new();

    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<InvalidRunException>("a step that returns nothing",
            () => Run(s => s.Using(new Own(_ => null!))), "scheme 'own' gives null"),
        Mistake.Of<InvalidRunException>(
            "a scheme that allots nothing", () => Built(s => s.Using(new NullScheme(false))),
            "'forgetful' allots null", "SampleAllocation"),
        Mistake.Of<Exception>(
            "a scheme that begins as nothing", () => Run(s => s.Using(new NullScheme(true))), "'forgetful'", "Begin", "null"),
        Mistake.Of<InvalidRunException>("a relaxation that starts at nothing",
            () => Built(s => s.Relaxing(forgetful)), "'forgetful'", "null"),
        Mistake.Of<InvalidRunException>("a penalty that is nothing", () => Built(s => s.Penalizing(forgetful)), "'forgetful' gives null"),
        Mistake.Of<InvalidRunException>("a derivation that gives nothing",
            () => Built(s => s.Deriving(forgetful)), "'forgetful' gives null"),
        Mistake.Of<InvalidRunException>("a transform that gives nothing",
            () => Built(s => s.Augmenting(forgetful)), "gives null", "samples"),
        Mistake.Of<InvalidRunException>("a decorator that wraps into nothing",
            () => Built(s => s.Decorating(forgetful)), "'forgetful'", "null"),
        Mistake.Of<InvalidRunException>("a source that gives nothing",
            () => ArchitectureSearch.In(Small.Space).On((IBatchSource)forgetful).For(1, 10).Build(), "'forgetful' gives null"),
        Mistake.Of<Exception>("a rule that decides nothing", () => Run(s => s.Following(forgetful)), "'forgetful'", "null"),
        Mistake.Of<InvalidOperationException>("a strategy that proposes nothing", () => new StrategySearch
        {
            Space = Small.Space, Strategy = forgetful, Evaluator = new TableEvaluator(Every.Table, epochs: 200), Evaluations = 2,
        }.Run(), "'forgetful'", "null"),
        Mistake.Of<InvalidOperationException>("an evaluator that measures nothing", () => new StrategySearch
        {
            Space = Small.Space, Strategy = new RandomStrategy(), Evaluator = forgetful, Evaluations = 2,
        }.Run(), "'forgetful'", "null"),
        Mistake.Of<InvalidRunException>("a loss for each sample",
            () => Built(s => s.Minimizing((x, y) => nn.functional.cross_entropy(x, y, reduction: nn.Reduction.None))),
            "The loss gives [2]", "mean"),
        Mistake.Of<InvalidRunException>("a loss that is a number",
            () => Built(s => s.Minimizing((x, y) => nn.functional.cross_entropy(x.detach(), y))), "no gradient path"),
        Mistake.Of<InvalidOperationException>("a candidate of another shape for larger batches",
            () => Candidate((x, y) => x.shape[0] > 2 ? y.narrow(3, 0, 7) : y),
            "Candidate 'mine' on edge 0->1 of cell 'cell'", "gives [10, 4, 8, 7]", "expected [10, 4, 8, 8]"),
        Mistake.Of<InvalidOperationException>("a candidate that fails for larger batches",
            () => Candidate((x, y) => x.shape[0] > 2 ? y.reshape(3, 5) : y),
            "Candidate 'mine' on edge 0->1 of cell 'cell'", "[10, 4, 8, 8], fails", "shape"),
        Mistake.Of<InvalidOperationException>("a candidate that gives null for larger batches",
            () => Candidate((x, y) => x.shape[0] > 2 ? null! : y), "Candidate 'mine' on edge 0->1 of cell 'cell'",
            "[10, 4, 8, 8], gives null", "expected [10, 4, 8, 8]"),
        Mistake.Of<InvalidOperationException>("a candidate that throws for larger batches",
            () => Candidate((x, y) => x.shape[0] > 2 ? throw new NotSupportedException("not today") : y),
            "Candidate 'mine' on edge 0->1 of cell 'cell'", "fails: not today", "InnerException"),
        Mistake.Of<InvalidOperationException>("a stem that loses samples of larger batches",
            () => InSpace(s => s.Stem(place => Block(place, (x, y) => x.shape[0] > 2 ? y.narrow(0, 0, 2) : y))),
            "The stem, given a batch [10, 3, 8, 8], gives [2, 4, 8, 8]; expected [10, 4, ...]"),
        Mistake.Of<InvalidOperationException>("preprocessing that throws for larger batches",
            () => InSpace(s => s.Preprocessing(place => Block(place, (x, y) => x.shape[0] > 2 ? throw new NotSupportedException() : y))),
            "The preprocessing of input 0 of cell 'cell'", "fails: Specified method"),
        Mistake.Of<InvalidOperationException>("a scheme that throws as it begins",
            () => Run(s => s.Using(new FailingParts("Begin"))), "Begin of the scheme 'clumsy' fails: not today"),
        Mistake.Of<InvalidOperationException>("a scheme that throws in a step",
            () => Run(s => s.Using(new FailingParts("Step"))), "A step of the scheme 'clumsy' (epoch 1, step 1) fails: not today"),
        Mistake.Of<InvalidOperationException>("a scheme that throws behind an epoch",
            () => Run(s => s.Using(new FailingParts("EndEpoch"))), "EndEpoch of the scheme 'clumsy' (epoch 1) fails: not today"),
        Mistake.Of<InvalidOperationException>("an observer that throws", () => Run(s => s.ObservedBy(new FailingParts("OnStep"))),
            "The observer 'clumsy' in epoch 1 of the search, at step 1, fails: not today", "InnerException"),
        Mistake.Of<InvalidOperationException>("an observer whose state cannot be loaded",
            () => Run(s => s.ObservedBy(new FailingParts("LoadState"))), "LoadState of 'observers/clumsy/'", "not today"),
        Mistake.Of<InvalidOperationException>("a rule that throws", () => Run(s => s.Following(new FailingParts("Decide"))),
            "The rule 'clumsy' after epoch 1 fails: not today"),
        Mistake.Of<InvalidOperationException>("a derivation that throws at the end",
            () => Run(s => s.Deriving(new FailingParts("Derive"))), "The derivation 'clumsy' fails: not today"),
        Mistake.Of<InvalidOperationException>("a source that throws for larger batches",
            () => ArchitectureSearch.In(Small.Space).On((IBatchSource)new FailingParts("Get")).For(1, 10).RunAsync()
                .GetAwaiter().GetResult(),
            "'clumsy', asked for 10 samples from number", "fails: not today"),
        Mistake.Of<InvalidOperationException>("a loss that throws for larger batches", () => Run(s => s.Minimizing((x, y) =>
            x.shape[0] > 2 ? throw new FormatException("not today") : nn.functional.cross_entropy(x, y))),
            "The loss, given logits [20, 3], fails: not today"),
        Mistake.Of<InvalidOperationException>("a strategy that throws", () => new StrategySearch
        {
            Space = Small.Space, Strategy = new FailingParts("Ask"), Evaluator = new FailingParts(""), Evaluations = 2,
        }.Run(), "The strategy 'clumsy', behind 0 evaluations, fails: not today"),
        Mistake.Of<InvalidOperationException>("an evaluator that throws", () => new StrategySearch
        {
            Space = Small.Space, Strategy = new FailingParts(""), Evaluator = new FailingParts("Evaluate"), Evaluations = 2,
        }.Run(), "The evaluator 'clumsy', given '|skip_connect~0|", "fails: not today"),
        Mistake.Of<ArgumentNullException>("a step without a supernet", () => new StepContext(null!, null!, null!), "supernet"),
        Mistake.Of<InvalidOperationException>("a step without batches", () => Step((step, _) => step.UpdateWeights()), "set WeightBatch"),
        Mistake.Of<InvalidOperationException>("a step without α's batch", () => Step((step, batch) =>
        {
            step.WeightBatch = batch;
            step.UpdateArchitecture();
        }), "ArchitectureBatch"),
        Mistake.Of<InvalidOperationException>("a path without a batch",
            () => Step((step, _) => step.Evaluate(null!, NasBench201Genotypes.AllSkip)), "has no batches"),
        Mistake.Of<InvalidOperationException>(
            "evaluation batches in a loop of one's own", () => Step((step, _) => step.EvaluationBatch(0)), "set EvaluationBatches"),
        Mistake.Of<ArgumentException>(
            "an evaluation that returns nothing", () => Step((step, batch) =>
            {
                step.WeightBatch = batch;
                step.UpdateWeights(_ => null!);
            }), "returned null", "Measure"),
    ];

    private static void Candidate(Func<Tensor, Tensor, Tensor> change) =>
        InSpace(space => space.Operation("mine", place => Block(place, change)));

    private static Module Block(OperationContext place, Func<Tensor, Tensor, Tensor> change) =>
        new(place, (conv, x) => change(x, conv.call(x)));

    private static void InSpace(Func<SearchSpaceBuilder, SearchSpaceBuilder> change)
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch.In(change(MistakesInSpaces.Space()).Build()).On(data).For(1, 10).RunAsync().GetAwaiter().GetResult();
    }

    private static void Step(Action<StepContext, LabeledBatch> act)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        LabeledBatch batch = search.Step.WeightBatch;
        search.Step.WeightBatch = search.Step.ArchitectureBatch = null!;
        act(search.Step, batch);
    }
}
