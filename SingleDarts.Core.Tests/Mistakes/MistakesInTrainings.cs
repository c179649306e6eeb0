using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Search;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>The description of a training.</summary>
internal static class MistakesInTrainings
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<ArgumentNullException>("a training of no network", () => NetworkTraining.Of(null!), "network"),
        Mistake.Of<InvalidRunException>("a training without data", () => NetworkTraining.Of(new TrainingNetwork(3)).Build(), "On(...)"),
        Mistake.Of<InvalidRunException>("a network of other classes", () => Training(new TrainingNetwork(4), t => t), "[2, 4]", "[2, 3]"),
        Mistake.Of<InvalidRunException>("a network for other channels",
            () => Training(new TrainingNetwork(3), t => t.On(GeneratedImages.Create(20, 1, 3, 8).Inputs is var x
                ? new ClassificationDataset(x.narrow(1, 0, 1).clone(), zeros(20, dtype: ScalarType.Int64), 3, "grey") : null!)),
            "cannot take a sample [1, 8, 8] of 'grey'"),
        Mistake.Of<Exception>("a disposed network", () =>
        {
            var network = new TrainingNetwork(3);
            network.Dispose();
            Training(network, t => t);
        }, "has been disposed"),
        Mistake.Of<InvalidRunException>("an auxiliary weight without a classifier",
            () => Training(new TrainingNetwork(3, auxiliary: false), t => t.With(o => o with { AuxiliaryWeight = 0.4 })),
            "AuxiliaryWeight to 0"),
        Mistake.Of<InvalidRunException>("smoothing of 2",
            () => Training(t => t.With(o => o with { LabelSmoothing = 2 })), "smoothing", "2"),
        Mistake.Of<InvalidRunException>("an average that keeps more than all", () => Training(t => t.WithEma(1.5)), "1.5"),
        Mistake.Of<InvalidRunException>("more parts than samples of a batch", () => Training(t => t.AccumulatingGradients(30)), "30"),
        Mistake.Of<InvalidRunException>("no parts of a batch", () => Training(t => t.AccumulatingGradients(0)), "0"),
        Mistake.Of<InvalidRunException>("test data of other classes",
            () => Training(t => t.EvaluatedOn(GeneratedImages.Create(20, 1, 4, 8))), "3 classes and the test data", "has 4"),
        Mistake.Of<InvalidRunException>("test data of another size",
            () => Training(t => t.EvaluatedOn(GeneratedImages.Create(20, 1, 3, 16))), "[3, 16, 16]"),
        Mistake.Of<ArgumentNullException>("no test data", () => Training(t => t.EvaluatedOn((ClassificationDataset)null!)), "test"),
        Mistake.Of<InvalidRunException>("an optimiser of a training that is null", () => Training(t => t.UpdatingWeights(_ => null!)),
            "WeightOptimizer is null"),
        Mistake.Of<ObjectDisposedException>("training data disposed too early", () =>
        {
            ClassificationDataset data = GeneratedImages.Create(22, 1, 3, 8);
            NetworkTraining training = NetworkTraining.Of(new TrainingNetwork(3)).On(data).For(1, 10);
            data.Dispose();
            training.Build();
        }, "has been disposed", "after RunAsync"),
        Mistake.Of<InvalidOperationException>("an operation of another shape for larger batches",
            () => Operation((_, x, y) => x.shape[0] > 2 ? y.narrow(3, 0, 7) : y), "Operation 'mine' on edge 0->1 of cell 'cell'",
            "given a batch [10, 4, 8, 8]", "gives [10, 4, 8, 7] at stride 1; expected [10, 4, 8, 8]"),
        Mistake.Of<InvalidOperationException>("an operation that throws for larger batches",
            () => Operation((_, x, y) => x.shape[0] > 2 ? throw new FormatException("not today") : y),
            "Operation 'mine' on edge 0->1 of cell 'cell'", "[10, 4, 8, 8], fails: not today"),
        Mistake.Of<InvalidOperationException>("an operation that fails natively for larger batches",
            () => Operation((_, x, y) => x.shape[0] > 2 ? y.reshape(3, 5) : y), "Operation 'mine' on edge 0->1", "fails", "shape"),
        Mistake.Of<InvalidOperationException>("an operation that gives null where it is evaluated",
            () => Operation((module, x, y) => x.shape[0] > 2 && !module.training ? null! : y),
            "Operation 'mine' on edge 0->1 of cell 'cell'", "gives null; expected"),
        Mistake.Of<InvalidOperationException>("a head that forgets samples of larger batches", () => Network(MistakesInSpaces.Space()
            .Head(place => nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), new Forgetful(place))),
            NasBench201Operations.Conv3x3.Name), "The head", "gives [2, 3]; expected [10, 3, ...]"),
        Mistake.Of<InvalidOperationException>("an observer of a training that throws", () => Run(
            new TrainingNetwork(3), t => t.ObservedBy(new FailingParts("OnStep"))),
            "The observer 'clumsy' in epoch 1 of the training, at step 1, fails: not today"),
        Mistake.Of<InvalidOperationException>("a training source that throws for larger batches", () => Run(
            new TrainingNetwork(3), t => t.On((IBatchSource)new FailingParts("Get"))
                .EvaluatedOn((IBatchSource)new FailingParts("")).With(o => o with { Transform = null })),
            "'clumsy', asked for 10 samples", "not today"),
        Mistake.Of<InvalidOperationException>("an evaluator that trains nothing",
            () => new TrainingEvaluator(Small.Space, _ => null!).Faults(Small.Space).ToList(), "gives null; expected a NetworkTraining"),
    ];

    private static void Operation(Func<nn.Module, Tensor, Tensor, Tensor> change)
    {
        Module? made = null;
        Network(MistakesInSpaces.Space().Operation("mine", place =>
            made = new Module(place, (conv, x) => change(made!, x, conv.call(x)))), "mine");
    }

    private static void Network(SearchSpaceBuilder space, string operation) =>
        Run(new EvaluationNetwork(space.Build(), Genotype.Parse($"|{operation}~0|+|{operation}~0|{operation}~1|")), t => t);

    private static void Run(ClassificationNetwork network, Func<NetworkTraining, NetworkTraining> change)
    {
        using (network)
        using (ClassificationDataset data = Small.Data())
            change(NetworkTraining.Of(network, TrainingRecipes.NasBench201).On(data).EvaluatedOn(data).For(1, 10)).RunAsync()
                .GetAwaiter().GetResult();
    }

    private static void Training(Func<NetworkTraining, NetworkTraining> change) => Training(new TrainingNetwork(3), change);

    private static void Training(ClassificationNetwork network, Func<NetworkTraining, NetworkTraining> change)
    {
        using (network)
        using (ClassificationDataset data = GeneratedImages.Create(22, 1, 3, 8))
            change(NetworkTraining.Of(network).On(data).EvaluatedOn(data).For(1, 10)).Build();
    }
}

/// <summary>A linear layer that keeps the first two samples of a larger batch.</summary>
internal sealed class Forgetful : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear linear;

    public Forgetful(OperationContext place) : base("forgetful")
    {
        linear = nn.Linear(place.InChannels, place.OutChannels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => linear.call(input.narrow(0, 0, Math.Min(2, input.shape[0])));
}
