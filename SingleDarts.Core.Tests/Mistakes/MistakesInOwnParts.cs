using SingleDarts.Core.Data;
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

    private static void Candidate(Func<Tensor, Tensor, Tensor> change)
    {
        using ClassificationDataset data = Small.Data();
        SearchSpace space = MistakesInSpaces.Space()
            .Operation("mine", place => new Module(place, (conv, x) => change(x, conv.call(x)))).Build();
        ArchitectureSearch.In(space).On(data).For(1, 10).RunAsync().GetAwaiter().GetResult();
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
