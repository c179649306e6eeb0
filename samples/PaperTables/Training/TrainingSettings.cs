using SingleDarts.Core.Data;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Optimizers;
using static TorchSharp.torch;

namespace PaperTables.Training;

/// <summary>What the command line says about one training.</summary>
internal sealed record TrainingSettings(
    NetworkChoice Choice, string Recipe, string Data, string Test, long? Samples, long? TestSamples, int? ImageSize, int? Epochs, int? BatchSize,
    int GradientAccumulation, double? LearningRate, bool? Auxiliary, double? Average, long Seed, string Device, int? Threads, string? Out, bool Resume)
{
    // Features behind the second reduction cell have a quarter of the size, and the auxiliary classifier needs 8 pixels of them.
    private const int SmallestForAuxiliary = 32;

    public static readonly string[] Recipes = ["cifar", "darts-cifar", "imagenet", "nasbench201"];

    /// <summary>The published recipe with what the command line changes.</summary>
    public TrainingOptions Options(bool hasAuxiliary)
    {
        TrainingOptions recipe = Recipe switch
        {
            "imagenet" => TrainingRecipes.ImageNet,
            "darts-cifar" => TrainingRecipes.DartsCifar,
            "nasbench201" => TrainingRecipes.NasBench201,
            _ => TrainingRecipes.Cifar,
        };
        if (Epochs is { } epochs)
            recipe = recipe with { Epochs = epochs };
        if (LearningRate is { } rate && recipe.WeightOptimizer.Optimizer is SgdOptions sgd)
            recipe = recipe with { WeightOptimizer = recipe.WeightOptimizer with { Optimizer = sgd with { LearningRate = rate } } };
        return recipe with
        {
            BatchSize = BatchSize ?? recipe.BatchSize,
            GradientAccumulation = GradientAccumulation,
            AuxiliaryWeight = hasAuxiliary ? recipe.AuxiliaryWeight : 0,
            EmaDecay = Average,
            Seed = Seed,
            Device = Device,
            Prefetch = true,
            OutputFolder = Out,
            Resume = Resume,
        };
    }

    /// <summary>The auxiliary classifier that the network has, unless the command line or the size of the images forbids it.</summary>
    public AuxiliaryHeadOptions? AuxiliaryFor(IReadOnlyList<long> shape) => Choice.Network switch
    {
        "nasbench201" => null,
        "imagenet" => Auxiliary ?? true ? AuxiliaryHeadOptions.ImageNet : null,
        _ => Auxiliary ?? shape[1] >= SmallestForAuxiliary ? AuxiliaryHeadOptions.Cifar : null,
    };

    /// <summary>Training and test samples: ImageNet from the disk as it goes, anything else in memory.</summary>
    public (IBatchSource Train, IBatchSource Test) Open(CancellationToken cancellationToken)
    {
        // A device that is not there is named before the data are read.
        Devices.Parse(Device);
        // The training streams: batches are made in the host's memory and copied from there while the device computes.
        if (Recipe == "imagenet")
            return (Datasets.ImageNet(Data, train: true, CPU), Datasets.ImageNet(Test, train: false, CPU));
        using ClassificationDataset train = OpenData(Data, Samples, seed: 1, cancellationToken), test = OpenData(Test, TestSamples, seed: 2, cancellationToken);
        Normalization statistics = train.MeasureNormalization();
        int size = (int)train.InputShape[1];
        var augmentation = new ImageAugmentation
        {
            HorizontalFlip = true,
            CropPadding = size / 8,
            CutoutLength = Recipe == "nasbench201" ? 0 : size / 2,
            Normalization = statistics,
        };
        return (new BatchSource(train, CPU, ScalarType.Float32, augmentation),
            new BatchSource(test, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(statistics)));
    }

    private ClassificationDataset OpenData(string path, long? count, long seed, CancellationToken cancellationToken)
    {
        ClassificationDataset data = path == SearchSettings.GeneratedData
            ? GeneratedImages.Create(1_000, seed)
            : Datasets.Open(path, null, new LoadBar(), cancellationToken);
        if (count is { } samples)
            data = SearchSettings.Replace(data, data.Take(samples));
        return ImageSize is { } size ? SearchSettings.Replace(data, data.Resize(size, size)) : data;
    }
}
