using PaperTables.CommandLine;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace PaperTables;

/// <summary>The options of one search. Those that are null are the method's; <see cref="MethodOverrides"/> applies the others.</summary>
internal sealed record SearchSettings
{
    public const string GeneratedData = "generated";

    private static readonly SearchOptions Paper = new();
    private static readonly SgdOptions PaperWeights = (SgdOptions)Paper.WeightOptimizer.Optimizer;
    private static readonly AdamOptions PaperAlpha = (AdamOptions)Paper.ArchitectureOptimizer.Optimizer;

    /// <summary>Single-DARTS with every option said, so that trials of equal settings are equal.</summary>
    public static SearchSettings Said { get; } = new()
    {
        Scheme = Paper.Scheme.Name,
        Relaxation = Paper.Relaxation.Name,
        InitialProbability = ((SigmoidRelaxation)Paper.Relaxation).InitialProbability,
        Epochs = Paper.Epochs,
        BatchSize = Paper.BatchSize,
        LearningRate = PaperWeights.LearningRate,
        MinimumLearningRate = ((CosineSchedule)Paper.WeightOptimizer.Schedule).End,
        WeightDecay = PaperWeights.WeightDecay,
        WeightOptimizer = "sgd",
        Nesterov = PaperWeights.Nesterov,
        Clip = Paper.WeightOptimizer.MaxGradientNorm,
        AlphaOptimizer = "adam",
        AlphaLearningRate = PaperAlpha.LearningRate,
        AlphaWeightDecay = PaperAlpha.WeightDecay,
    };

    [CommandOption("--method", "Method of the literature. Options that are not given are the method's.",
        "single-darts", "darts", "darts-2nd", "gdas", "pc-darts", "p-darts", "darts-minus", "cdarts", "enas", "rsps", "rsps-nats", "setn",
        "darts-plus", "dropnas", "fairdarts", "sdarts-rs", "sdarts-adv", "stacnas", "sharpdarts", "proxyless", "snas", "r-darts-l2",
        "r-darts-dp", "darts-es", "darts-ada", "gold-nas")]
    public string Method { get; init; } = Paper.Method;

    [CommandOption("--space", "Search space; darts-s1 to darts-s4 are S1 to S4 of R-DARTS, sharpdarts is darts with the candidates of "
        + "sharpDARTS.", "nasbench201", "darts", "darts-s1", "darts-s2", "darts-s3", "darts-s4", "sharpdarts")]
    public string Space { get; init; } = "nasbench201";

    [CommandOption("--scheme", "How weights and architecture parameters are moved.", "single-level", "bi-level", "bi-level-2nd",
        "same-subset")]
    public string? Scheme { get; init; }

    [CommandOption("--relaxation", "Architecture parameters to operation weights.", "sigmoid", "softmax")]
    public string? Relaxation { get; init; }

    [CommandOption("--initial-probability", "Start of every sigmoid; 0.125 is α = −ln 7, 0.5 is α = 0.")]
    public double? InitialProbability { get; init; }

    [CommandOption("--data", "CIFAR binary files, IDX files or a folder of images by class; 'generated' is 4,000 images made in memory.")]
    public string Data { get; init; } = GeneratedData;

    [CommandOption("--samples", "Use a class-balanced part of the data. Default: all.")]
    public long? Samples { get; init; }

    [CommandOption("--image-size", "Average images down to this height and width. Default: as stored.")]
    public int? ImageSize { get; init; }

    [CommandOption("--channels", "Channels of the first stage.")]
    public long Channels { get; init; } = 16;

    [CommandOption("--cells", "Cells in each stage of nasbench201.")]
    public int Cells { get; init; } = 5;

    [CommandOption("--layers", "Cells in all of darts, darts-s1 to darts-s4 and sharpdarts, two of them reduction cells; p-darts, "
        + "dropnas, stacnas and gold-nas have numbers of their own.")]
    public int Layers { get; init; } = 8;

    [CommandOption("--epochs", "Passes over the data of the weights.")]
    public int? Epochs { get; init; }

    [CommandOption("--batch-size", "Samples of a batch.")]
    public int? BatchSize { get; init; }

    [CommandOption("--learning-rate", "Learning rate of the weights at the start.")]
    public double? LearningRate { get; init; }

    [CommandOption("--learning-rate-min", "Learning rate at the end of a cosine schedule of the weights, which it sets.")]
    public double? MinimumLearningRate { get; init; }

    [CommandOption("--weight-decay", "Weight decay of the weights.")]
    public double? WeightDecay { get; init; }

    [CommandOption("--weight-optimizer", "Optimiser of the weights: sgd has momentum 0.9 and a cosine schedule to 0, adam betas 0.5 " +
        "and 0.999 and a constant rate.", "sgd", "adam")]
    public string? WeightOptimizer { get; init; }

    [CommandOption("--nesterov", "Nesterov momentum of the weights' SGD.")]
    public bool? Nesterov { get; init; }

    [CommandOption("--clip", "Largest gradient norm of the weights; 0 is no limit.")]
    public double? Clip { get; init; }

    [CommandOption("--portion", "Part of the data that single-level and same-subset search on; bi-level has one half for w and one for α.")]
    public double Portion { get; init; } = 1;

    [CommandOption("--alpha-optimizer", "Optimiser of the architecture parameters: adam has betas 0.5 and 0.999, sgd momentum 0.9.",
        "adam", "sgd")]
    public string? AlphaOptimizer { get; init; }

    [CommandOption("--alpha-learning-rate", "Learning rate of the architecture parameters, constant.")]
    public double? AlphaLearningRate { get; init; }

    [CommandOption("--alpha-weight-decay", "Weight decay of the architecture parameters.")]
    public double? AlphaWeightDecay { get; init; }

    [CommandOption("--drop-path", "Largest drop-path of edges in r-darts-dp: 0, 0.2, 0.4 or 0.6 in the four searches of R-DARTS (DP).")]
    public double? DropPath { get; init; }

    [CommandOption("--cutout", "Side in pixels of the square that is cut out of every image, 16 in r-darts-dp. Default: none.")]
    public int? Cutout { get; init; }

    [CommandOption("--cost", "What --cost-weight and --cost-limit count: multiply-adds, parameters, or a CSV file of latencies with " +
        "the columns operation and seconds, and channels and stride if places differ. Default: multiply-adds.")]
    public string? Cost { get; init; }

    [CommandOption("--cost-weight", "Weight of a penalty on the expected cost, as a share of that of all candidates. Default: none.")]
    public double? CostWeight { get; init; }

    [CommandOption("--cost-limit", "Largest cost of a derived genotype. Default: none.")]
    public double? CostLimit { get; init; }

    [CommandOption("--seed", "Seed of everything random.")]
    public long Seed { get; init; } = Paper.Seed;

    [CommandOption("--device", "cpu, cuda, cuda:1 or mps.")]
    public string Device { get; init; } = Paper.Device;

    [CommandOption("--execution", "How cells are computed: Merged, MergedWithRecomputation or PerEdge.")]
    public CellExecution Execution { get; init; } = Paper.Execution;

    [CommandOption("--threads", "CPU threads, part of what makes a run repeat bit for bit. Default: all cores.")]
    public int? Threads { get; init; }

    [CommandOption("--table", "NAS-Bench-201 table (csv or csv.gz) to look the genotype up in.", IsCircumstance = true)]
    public string? Table { get; init; }

    [CommandOption("--out", "Run folder for options, epochs, checkpoints and genotype.", IsCircumstance = true)]
    public string? Out { get; init; }

    [CommandOption("--resume", "Resume the run in --out.", IsCircumstance = true)]
    public bool Resume { get; init; }

    [CommandOption("--tensorboard", "Folder for curves of each epoch, to be shown by TensorBoard.", IsCircumstance = true)]
    public string? TensorBoard { get; init; }

    [CommandOption("--diagnose", "Record gradients, p and signs of collapse in the run folder, and with --table the genotype's accuracy.")]
    public bool Diagnose { get; init; }

    [CommandOption("--diagnose-interval", "Steps between measurements.")]
    public int DiagnoseInterval { get; init; } = 50;

    [CommandOption("--hessian", "Record the dominant eigenvalue of the Hessian in α after each epoch.")]
    public bool Hessian { get; init; }

    /// <summary>What is counted as cost.</summary>
    public CostMetric CostMetric => new[] { CostMetric.MultiplyAdds, CostMetric.Parameters }
        .FirstOrDefault(metric => Cost is null || metric.Unit == Cost) ?? LatencyTable.Load(Cost!);

    /// <summary>The space for images of a shape.</summary>
    public SearchSpace SpaceFor(IReadOnlyList<long> inputShape, int classes) => Space switch
    {
        "nasbench201" => SearchSpaces.NasBench201(inputShape, classes, Channels, Cells),
        "darts" => SearchSpaces.Darts(inputShape, classes, Channels, Layers),
        "sharpdarts" => SearchSpaces.SharpDarts(inputShape, classes, Channels, Layers),
        _ => SearchSpaces.RobustDarts(Space[^1] - '0', inputShape, classes, Channels, Layers),
    };

    /// <summary>The observers that were asked for.</summary>
    /// <exception cref="ArgumentException">There is no run folder for their records.</exception>
    public IReadOnlyList<IRunObserver> Observers(NasBench201Table? table)
    {
        if ((Diagnose || Hessian) && Out is null)
            throw new ArgumentException("--diagnose and --hessian keep their records in the run folder; name it with --out <folder>.");
        var observers = new List<IRunObserver>();
        if (Diagnose)
            observers.AddRange([
                new GradientCorrelation { Interval = DiagnoseInterval }, new OperationGradients { Interval = DiagnoseInterval },
                new OperationProbabilities { Interval = DiagnoseInterval }, new CollapseIndicators { Interval = DiagnoseInterval }]);
        if (Diagnose && table is not null)
            observers.Add(new GenotypeAccuracy(table));
        if (Hessian)
            observers.Add(new HessianEigenvalue());
        if (TensorBoard is not null)
            observers.Add(new TensorBoardLog(TensorBoard) { Table = table });
        return observers;
    }

    /// <summary>Schemes that move w and α with two parts of the data need all of it.</summary>
    public double PortionOfData =>
        (Scheme ?? (Method == Paper.Method ? Paper.Scheme.Name : null)) is "single-level" or "same-subset" ? Portion : 1;

    /// <summary>The data, reduced to the samples and the image size that were asked for.</summary>
    public ClassificationDataset OpenData(IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        ClassificationDataset data = Data == GeneratedData
            ? GeneratedImages.Create(4_000, seed: 1)
            : Datasets.Open(Data, null, progress, cancellationToken);
        if (Samples is { } count)
            data = Replace(data, data.Take(count));
        if (PortionOfData < 1)
            data = Replace(data, data.Take((long)(PortionOfData * data.Count)));
        if (ImageSize is { } size)
            data = Replace(data, data.Resize(size, size));
        return data;
    }

    /// <summary>Flip and crop as in the paper's code base for real images; generated images are classified by orientation, so only
    /// normalised.</summary>
    public IBatchTransform Augmentation(ClassificationDataset data)
    {
        Normalization statistics = data.MeasureNormalization();
        ImageAugmentation augmentation = Data == GeneratedData
            ? ImageAugmentation.NormalizeOnly(statistics)
            : new ImageAugmentation
            {
                HorizontalFlip = true,
                CropPadding = (int)(data.InputShape[^1] / 8),
                Normalization = statistics,
            };
        return augmentation with { CutoutLength = Cutout ?? 0 };
    }

    /// <summary>Takes one dataset for another.</summary>
    public static ClassificationDataset Replace(ClassificationDataset old, ClassificationDataset made)
    {
        old.Dispose();
        return made;
    }
}
