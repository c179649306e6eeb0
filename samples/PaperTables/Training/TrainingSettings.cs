using PaperTables.CommandLine;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace PaperTables.Training;

/// <summary>The options of one training.</summary>
internal sealed record TrainingSettings
{
    [CommandOption("--genotype", "Published name, text, run folder of a search, or random:<seed>.")]
    public string Genotype { get; init; } = "DARTS-V2";

    [CommandOption("--network", "Layers.", "cifar", "imagenet", "nasbench201")]
    public string Network { get; init; } = "cifar";

    [CommandOption("--recipe", "Published settings.", "cifar", "darts-cifar", "imagenet", "nasbench201")]
    public string Recipe { get; init; } = "cifar";

    [CommandOption("--data", "Training data as of search; for imagenet the folder that holds train and val.")]
    public string Data { get; init; } = SearchSettings.GeneratedData;

    [CommandOption("--test", "Test data. Not needed for generated data and for imagenet.")]
    public string? Test { get; init; }

    [CommandOption("--samples", "Use a class-balanced part of the training data. Default: all.")]
    public long? Samples { get; init; }

    [CommandOption("--test-samples", "Use a class-balanced part of the test data. Default: all.")]
    public long? TestSamples { get; init; }

    [CommandOption("--image-size", "Average images down to this height and width. Default: as stored.")]
    public int? ImageSize { get; init; }

    [CommandOption("--channels", "Channels of the first cells. Default: 36, 48 (imagenet) or 16 (nasbench201).")]
    public long? Channels { get; init; }

    [CommandOption("--layers", "Cells; of nasbench201, in each stage. Default: 14, the paper's, or 5 (nasbench201).")]
    public int? Layers { get; init; }

    [CommandOption("--epochs", "Shorten the recipe; its schedule stretches. Default: the recipe's.")]
    public int? Epochs { get; init; }

    [CommandOption("--batch-size", "Samples of a batch. Default: the recipe's.")]
    public int? BatchSize { get; init; }

    [CommandOption("--gradient-accumulation", "Parts that a batch is computed in, for less memory.")]
    public int GradientAccumulation { get; init; } = 1;

    [CommandOption("--learning-rate", "Learning rate of the weights at the start. Default: the recipe's.")]
    public double? LearningRate { get; init; }

    [CommandOption("--auxiliary", "Train with the auxiliary classifier. Default: if images have 32 pixels or more.")]
    public bool? Auxiliary { get; init; }

    [CommandOption("--ema-decay", "Decay of an exponential moving average of the weights. Default: none.")]
    public double? EmaDecay { get; init; }

    [CommandOption("--seed", "Seed of everything random.")]
    public long Seed { get; init; }

    [CommandOption("--device", "cpu, cuda, cuda:1 or mps.")]
    public string Device { get; init; } = "cpu";

    [CommandOption("--threads", "CPU threads. Default: all cores.")]
    public int? Threads { get; init; }

    [CommandOption("--out", "Run folder for options, epochs, checkpoints and weights.")]
    public string? Out { get; init; }

    [CommandOption("--resume", "Resume the run in --out.")]
    public bool Resume { get; init; }

    [CommandOption("--tensorboard", "Folder for curves of each epoch, to be shown by TensorBoard.")]
    public string? TensorBoard { get; init; }

    /// <summary>Which cells in which layers.</summary>
    public NetworkChoice Choice => new(Genotype, Network, Channels, Layers);

    // Features behind the second reduction cell have a quarter of the size, and the auxiliary classifier needs 8 pixels of them.
    private const int SmallestForAuxiliary = 32;

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
            EmaDecay = EmaDecay,
            Seed = Seed,
            Device = Device,
            Threads = Threads,
            Prefetch = true,
            OutputFolder = Out,
            Resume = Resume,
            Observers = TensorBoard is null ? [] : [new TensorBoardLog(TensorBoard)],
        };
    }

    /// <summary>The auxiliary classifier that the network has, unless the command line or the size of the images forbids it.</summary>
    public AuxiliaryHeadOptions? AuxiliaryFor(IReadOnlyList<long> shape) => Network switch
    {
        "nasbench201" => null,
        "imagenet" => Auxiliary ?? true ? AuxiliaryHeadOptions.ImageNet : null,
        _ => Auxiliary ?? shape[1] >= SmallestForAuxiliary ? AuxiliaryHeadOptions.Cifar : null,
    };

    /// <summary>Training and test samples: ImageNet from the disk as it goes, anything else in memory.</summary>
    public (IBatchSource Train, IBatchSource Test) Open(CancellationToken cancellationToken)
    {
        string test = Test ?? (Data == SearchSettings.GeneratedData || Recipe == "imagenet" ? Data : throw new ArgumentException(
            $"There is no test data for {Data}; name it with --test, for example --test cifar-10-batches-bin/test_batch.bin."));
        // A device that is missing is named before the data are read.
        Devices.Parse(Device);
        // The training streams: batches are made in the host's memory and copied from there while the device computes.
        if (Recipe == "imagenet")
            return (Datasets.ImageNet(Data, train: true, CPU), Datasets.ImageNet(test, train: false, CPU));
        using ClassificationDataset train = OpenData(Data, Samples, seed: 1, cancellationToken),
            held = OpenData(test, TestSamples, seed: 2, cancellationToken);
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
            new BatchSource(held, CPU, ScalarType.Float32, ImageAugmentation.NormalizeOnly(statistics)));
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
