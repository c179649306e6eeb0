using PaperTables.CommandLine;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace PaperTables;

/// <summary>The options of one search. The defaults are the paper's (Section 5.1.1), taken from <see cref="SearchOptions"/>.</summary>
internal sealed record SearchSettings
{
    public const string GeneratedData = "generated";

    private static readonly SearchOptions Paper = new();
    private static readonly SgdOptions PaperWeights = (SgdOptions)Paper.WeightOptimizer.Optimizer;
    private static readonly AdamOptions PaperAlpha = (AdamOptions)Paper.ArchitectureOptimizer.Optimizer;

    [CommandOption("--space", "Search space.", "nasbench201", "darts")]
    public string Space { get; init; } = "nasbench201";

    [CommandOption("--scheme", "How weights and architecture parameters are moved.", "single-level", "bi-level", "bi-level-2nd",
        "same-subset")]
    public string Scheme { get; init; } = Paper.Scheme.Name;

    [CommandOption("--relaxation", "Architecture parameters to operation weights.", "sigmoid", "softmax")]
    public string Relaxation { get; init; } = Paper.Relaxation.Name;

    [CommandOption("--initial-probability", "Start of every sigmoid; 0.125 is α = −ln 7, 0.5 is α = 0.")]
    public double InitialProbability { get; init; } = ((SigmoidRelaxation)Paper.Relaxation).InitialProbability;

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

    [CommandOption("--layers", "Cells in all of darts, two of them reduction cells.")]
    public int Layers { get; init; } = 8;

    [CommandOption("--epochs", "Passes over the data of the weights.")]
    public int Epochs { get; init; } = Paper.Epochs;

    [CommandOption("--batch-size", "Samples of a batch.")]
    public int BatchSize { get; init; } = Paper.BatchSize;

    [CommandOption("--learning-rate", "Learning rate of the weights at the start; SGD has momentum 0.9 and a cosine schedule.")]
    public double LearningRate { get; init; } = PaperWeights.LearningRate;

    [CommandOption("--learning-rate-min", "Learning rate at the end of the cosine schedule.")]
    public double MinimumLearningRate { get; init; }

    [CommandOption("--weight-decay", "Weight decay of the weights.")]
    public double WeightDecay { get; init; } = PaperWeights.WeightDecay;

    [CommandOption("--weight-optimizer", "Optimiser of the weights; adam has betas 0.5 and 0.999 and a constant rate.", "sgd", "adam")]
    public string WeightOptimizer { get; init; } = "sgd";

    [CommandOption("--nesterov", "Nesterov momentum of the weights' SGD.")]
    public bool Nesterov { get; init; } = PaperWeights.Nesterov;

    [CommandOption("--clip", "Largest gradient norm of the weights; 0 is no limit.")]
    public double Clip { get; init; } = Paper.WeightOptimizer.MaxGradientNorm ?? 0;

    [CommandOption("--portion", "Part of the data that single-level and same-subset search on; bi-level has one half for w and one for α.")]
    public double Portion { get; init; } = 1;

    [CommandOption("--alpha-optimizer", "Optimiser of the architecture parameters: adam has betas 0.5 and 0.999, sgd momentum 0.9.",
        "adam", "sgd")]
    public string AlphaOptimizer { get; init; } = "adam";

    [CommandOption("--alpha-learning-rate", "Learning rate of the architecture parameters, constant.")]
    public double AlphaLearningRate { get; init; } = PaperAlpha.LearningRate;

    [CommandOption("--alpha-weight-decay", "Weight decay of the architecture parameters.")]
    public double AlphaWeightDecay { get; init; } = PaperAlpha.WeightDecay;

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

    [CommandOption("--diagnose", "Record gradients, p and signs of collapse in the run folder, and with --table the genotype's accuracy.")]
    public bool Diagnose { get; init; }

    [CommandOption("--diagnose-interval", "Steps between measurements.")]
    public int DiagnoseInterval { get; init; } = 50;

    [CommandOption("--hessian", "Record the dominant eigenvalue of the Hessian in α after each epoch.")]
    public bool Hessian { get; init; }

    public IOptimizationScheme OptimizationScheme => Scheme switch
    {
        "single-level" => OptimizationSchemes.SingleLevel,
        "bi-level" => OptimizationSchemes.BiLevel,
        "bi-level-2nd" => OptimizationSchemes.BiLevelSecondOrder,
        _ => OptimizationSchemes.SameSubset,
    };

    /// <summary>The space for images of the data's shape.</summary>
    public SearchSpace SpaceFor(ClassificationDataset data) => Space == "darts"
        ? SearchSpaces.Darts(data.Classes, Channels, Layers, data.InputShape[1], data.InputShape[2], data.InputShape[0])
        : SearchSpaces.NasBench201(data.Classes, Channels, Cells, data.InputShape[0], data.InputShape[1], data.InputShape[2]);

    public IRelaxation RelaxationOfAlpha => Relaxation == "softmax" ? Relaxations.Softmax : new SigmoidRelaxation(InitialProbability);

    /// <summary>SGD with a cosine schedule, or Adam at the fixed rate and the betas that the paper names.</summary>
    public OptimizerSettings WeightRule(OptimizerSettings rule) => (WeightOptimizer == "adam"
        ? rule.Adam(LearningRate, 0.5, 0.999, WeightDecay).Constant()
        : rule.Sgd(LearningRate, 0.9, WeightDecay, Nesterov).Cosine(MinimumLearningRate)).ClipGradientNorm(Clip > 0 ? Clip : null);

    public OptimizerSettings AlphaRule(OptimizerSettings rule) => AlphaOptimizer == "sgd"
        ? rule.Sgd(AlphaLearningRate, momentum: 0.9, weightDecay: AlphaWeightDecay)
        : rule.Adam(AlphaLearningRate, 0.5, 0.999, AlphaWeightDecay);

    /// <summary>The diagnostics that were asked for.</summary>
    /// <exception cref="ArgumentException">There is no run folder for their records.</exception>
    public IReadOnlyList<ISearchObserver> Observers(NasBench201Table? table)
    {
        if ((Diagnose || Hessian) && Out is null)
            throw new ArgumentException("--diagnose and --hessian keep their records in the run folder; name it with --out <folder>.");
        var observers = new List<ISearchObserver>();
        if (Diagnose)
            observers.AddRange([
                new GradientCorrelation { Interval = DiagnoseInterval }, new OperationGradients { Interval = DiagnoseInterval },
                new OperationProbabilities { Interval = DiagnoseInterval }, new CollapseIndicators { Interval = DiagnoseInterval }]);
        if (Diagnose && table is not null)
            observers.Add(new GenotypeAccuracy(table));
        if (Hessian)
            observers.Add(new HessianEigenvalue());
        return observers;
    }

    /// <summary>Bi-level search needs all of the data for its two halves.</summary>
    public double PortionOfData => Scheme.StartsWith("bi-level", StringComparison.Ordinal) ? 1 : Portion;

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
        return Data == GeneratedData
            ? ImageAugmentation.NormalizeOnly(statistics)
            : new ImageAugmentation
            {
                HorizontalFlip = true,
                CropPadding = (int)(data.InputShape[^1] / 8),
                Normalization = statistics,
            };
    }

    /// <summary>Takes one dataset for another.</summary>
    public static ClassificationDataset Replace(ClassificationDataset old, ClassificationDataset made)
    {
        old.Dispose();
        return made;
    }
}
