using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
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
    ];

    private static void Training(Func<NetworkTraining, NetworkTraining> change) => Training(new TrainingNetwork(3), change);

    private static void Training(ClassificationNetwork network, Func<NetworkTraining, NetworkTraining> change)
    {
        using (network)
        using (ClassificationDataset data = GeneratedImages.Create(22, 1, 3, 8))
            change(NetworkTraining.Of(network).On(data).EvaluatedOn(data).For(1, 10)).Build();
    }
}
