using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

namespace PaperTables;

/// <summary>What settings change of the method that they name.</summary>
internal static class MethodOverrides
{
    /// <summary>A search with everything that settings say besides the method.</summary>
    public static ArchitectureSearch Apply(SearchSettings settings, ArchitectureSearch search)
    {
        if (Scheme(settings) is { } scheme)
            search = search.Using(scheme);
        if (Relaxation(settings) is { } relaxation)
            search = search.Relaxing(relaxation);
        if (settings.DropPath is { } rate)
            search = search.With(o => o with { EdgeDecorators = DropPath(settings.Method, o.EdgeDecorators, rate) });
        if (settings.CostWeight is { } weight)
            search = search.Penalizing(new ExpectedCost(settings.CostMetric) { Weight = Schedule.Constant(weight) });
        if (settings.CostLimit is { } limit)
            search = search.With(o => o with { Derivation = Limited(settings, o, limit) });
        return search
            .UpdatingWeights(present => Weights(settings, present))
            .UpdatingArchitecture(present => Alpha(settings, present))
            .For(settings.Epochs ?? search.Options.Epochs, settings.BatchSize ?? search.Options.BatchSize);
    }

    /// <summary>A learning rate of the method that settings name.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="option">Name in JSON of an option that is a learning rate.</param>
    public static double RateOf(SearchSettings settings, string option)
    {
        SearchOptions options = SearchMethods.Named(settings.Method).Options(settings.SpaceFor([3, 32, 32], 10));
        return (option == "alphaLearningRate" ? options.ArchitectureOptimizer : options.WeightOptimizer).Optimizer.LearningRate;
    }

    /// <summary>The epochs of the method that settings name, if one of 50 has a given number.</summary>
    public static int EpochsInProportion(SearchSettings settings, int epochs)
    {
        int own = SearchMethods.Named(settings.Method).Options(settings.SpaceFor([3, 32, 32], 10)).Epochs;
        return Math.Max(1, (int)Math.Round((double)epochs * own / new SearchOptions().Epochs));
    }

    private static IReadOnlyList<IEdgeDecorator> DropPath(string method, IReadOnlyList<IEdgeDecorator> present, double rate) =>
        !present.OfType<EdgeDropPath>().Any()
            ? throw new ArgumentException($"--drop-path is for r-darts-dp; the method '{method}' has no drop-path of edges. Leave it out.")
            : [.. present.Where(decorator => decorator is not EdgeDropPath), .. rate == 0 ? [] : new[] { new EdgeDropPath(rate) }];

    /// <summary>The derivation of a method within a limit of cost.</summary>
    private static CostLimit Limited(SearchSettings settings, SearchOptions options, double limit)
    {
        IDerivation derivation = options.Derivation ?? settings.SpaceFor([3, 32, 32], 10).Derivation;
        return derivation is CellDerivation rule ? new CostLimit(rule, settings.CostMetric, limit) : throw new ArgumentException(
            $"--cost-limit needs a rule that derives from α, but {settings.Method} derives by {derivation.Name}; leave it out.");
    }

    private static IOptimizationScheme? Scheme(SearchSettings settings) => settings.Scheme switch
    {
        null => null,
        "single-level" => OptimizationSchemes.SingleLevel,
        "bi-level" => OptimizationSchemes.BiLevel,
        "bi-level-2nd" => OptimizationSchemes.BiLevelSecondOrder,
        _ => OptimizationSchemes.SameSubset,
    };

    private static IRelaxation? Relaxation(SearchSettings settings) => settings switch
    {
        { Relaxation: "softmax" } => Relaxations.Softmax,
        { InitialProbability: { } probability } => new SigmoidRelaxation(probability),
        { Relaxation: "sigmoid" } => Relaxations.Sigmoid,
        _ => null,
    };

    private static OptimizerSettings Weights(SearchSettings settings, OptimizerSettings present)
    {
        if (settings.WeightOptimizer is { } name && name != NameOf(present))
            present = name == "adam"
                ? present.Adam(present.Optimizer.LearningRate, 0.5, 0.999).Constant()
                : present.Sgd(present.Optimizer.LearningRate).Cosine();
        present = Changed(present, settings.LearningRate, settings.WeightDecay);
        if (settings.Nesterov is { } nesterov && present.Optimizer is SgdOptions sgd)
            present = present with { Optimizer = sgd with { Nesterov = nesterov } };
        if (settings.MinimumLearningRate is { } minimum && present.Optimizer is SgdOptions)
            present = present.Cosine(minimum);
        return settings.Clip is { } clip ? present.ClipGradientNorm(clip > 0 ? clip : null) : present;
    }

    private static OptimizerSettings Alpha(SearchSettings settings, OptimizerSettings present)
    {
        if (settings.AlphaOptimizer is { } name && name != NameOf(present))
            present = name == "sgd"
                ? present.Sgd(present.Optimizer.LearningRate)
                : present.Adam(present.Optimizer.LearningRate, 0.5, 0.999);
        return Changed(present, settings.AlphaLearningRate, settings.AlphaWeightDecay);
    }

    private static string NameOf(OptimizerSettings settings) => settings.Optimizer is AdamOptions ? "adam" : "sgd";

    private static OptimizerSettings Changed(OptimizerSettings settings, double? rate, double? decay)
    {
        OptimizerOptions optimizer = settings.Optimizer;
        if (rate is { } learningRate)
            optimizer = optimizer with { LearningRate = learningRate };
        if (decay is { } weightDecay)
            optimizer = optimizer with { WeightDecay = weightDecay };
        return settings with { Optimizer = optimizer };
    }
}
