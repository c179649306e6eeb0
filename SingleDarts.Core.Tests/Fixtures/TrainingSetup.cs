using SingleDarts.Core.Data;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runs;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A training of some epochs that takes a fraction of a second.</summary>
internal static class TrainingSetup
{
    public const int Classes = 3;

    public static ImageAugmentation Augmentation { get; } = TrainingRecipes.CifarAugmentation with { CropPadding = 1, CutoutLength = 2 };

    public static BatchSource Source(int samples = 22, long seed = 1, IBatchTransform? transform = null,
        ScalarType type = ScalarType.Float32)
    {
        using ClassificationDataset data = GeneratedImages.Create(samples, seed, Classes, 8);
        return new BatchSource(data, CPU, type, transform ?? ImageAugmentation.NormalizeOnly(Augmentation.Normalization!));
    }

    /// <summary>Three epochs of three steps, the last one smaller; everything that a resume must bring back is on.</summary>
    public static NetworkTraining Everything(IBatchSource train, IBatchSource test, long initialSeed = 5) =>
        NetworkTraining.Of(new TrainingNetwork(Classes, initialSeed)).On(train).EvaluatedOn(test)
            .For(3, 8).With(o => o with { LabelSmoothing = 0.1, EvaluationBatchSize = 4 })
            .WithEma(0.9).WithSeed(3);

    public static Dictionary<string, Tensor> Read(string path) => SafeTensorsFile.Read(path).Tensors.ToDictionary();

    public static void SameTensors(string a, string b)
    {
        Dictionary<string, Tensor> first = Read(a), second = Read(b);
        first.Keys.Should().BeEquivalentTo(second.Keys);
        foreach (string name in first.Keys.Where(name => name != "epoch/seconds"))
            first[name].equal(second[name]).all().item<bool>().Should().BeTrue($"{name} must be equal");
    }

    public static TrainingEpochReport Numbers(TrainingEpochReport report) =>
        report with { Seconds = 0, DataSeconds = 0, EvaluationSeconds = 0 };
}
