using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Optimizers;

namespace PaperTables;

/// <summary>What the command line says about one search.</summary>
internal sealed record SearchSettings(
    string Space, string Scheme, string Relaxation, double InitialProbability, string Data, long? Samples, int? ImageSize,
    long Channels, int Cells, int Layers, int Epochs, int BatchSize, double LearningRate, double MinimumLearningRate, double WeightDecay,
    string AlphaOptimizer, double AlphaLearningRate, double AlphaWeightDecay, long Seed, string Device, CellExecution Execution,
    int? Threads, string? Table, string? Out, bool Resume, bool Diagnose, int DiagnoseInterval, bool Hessian,
    string WeightOptimizer = "sgd", bool Nesterov = false, double? Clip = 5, double Portion = 1)
{
    public const string GeneratedData = "generated";

    public static readonly string[] Spaces = ["nasbench201", "darts"];
    public static readonly string[] SchemeNames = ["single-level", "bi-level", "bi-level-2nd", "same-subset"];
    public static readonly string[] RelaxationNames = ["sigmoid", "softmax"];
    public static readonly string[] AlphaOptimizers = ["adam", "sgd"];
    public static readonly string[] WeightOptimizers = ["sgd", "adam"];

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
        : rule.Sgd(LearningRate, 0.9, WeightDecay, Nesterov).Cosine(MinimumLearningRate)).ClipGradientNorm(Clip);

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

    /// <summary>Flip and crop as in the paper's code base for real images; generated images are classified by orientation, so only normalised.</summary>
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
