using SingleDarts.Core.Spaces;
using static SingleDarts.Core.Spaces.NasBench201Metric;

namespace PaperTables.Sweeps;

/// <summary>The numbers of the paper and the searches behind them.</summary>
internal sealed partial record PaperTable
{
    public const string Single = "Single-DARTS", FirstOrder = "DARTS", SecondOrder = "DARTS, second order";
    public const string BiLevel = "bi-level", SameSubset = "same subset", SingleLevel = "same subset, same batch";

    private static readonly NasBench201Metric[] Six =
        [Cifar10Validation, Cifar10Test, Cifar100Validation, Cifar100Test, ImageNet16Validation, ImageNet16Test];

    private static PaperTable Table1 => new("table1", "Table 1: methods on NAS-Bench-201", Six,
    [
        Printed("Optimal", 91.61, 94.37, 73.49, 73.51, 46.77, 47.31),
        Row("RSPS", null, (84.16, 1.69), (87.66, 1.69), (59.00, 4.60), (58.33, 4.34), (31.56, 3.28), (31.14, 3.88)),
        Row(FirstOrder, Darts, (39.77, 0), (54.30, 0), (15.03, 0), (15.61, 0), (16.43, 0), (16.32, 0)),
        new(SecondOrder, new Dictionary<NasBench201Metric, PaperValue>(), (s, c) => Darts(s, c) with { Scheme = "bi-level-2nd" },
            "The paper does not say of which order its row DARTS is; it is compared with the first."),
        Row("GDAS", null, (90.00, 0.21), (93.51, 0.13), (71.14, 0.27), (70.61, 0.26), (41.70, 1.26), (41.84, 0.90)),
        Row("SETN", null, (82.25, 5.17), (86.19, 4.63), (56.86, 7.59), (56.87, 7.77), (32.54, 3.63), (31.90, 4.07)),
        Row("ENAS", null, (39.77, 0), (54.30, 0), (15.03, 0), (15.61, 0), (16.43, 0), (16.32, 0)),
        Row("CDARTS", null, (91.13, 0.44), (94.02, 0.31), (72.12, 1.23), (71.92, 1.30), (45.09, 0.61), (45.51, 0.72)),
        Row("DARTS-", null, (91.03, 0.44), (93.80, 0.40), (71.36, 1.51), (71.53, 1.51), (44.87, 1.46), (45.12, 0.82)),
        Row(Single, (s, _) => s, (91.55, 0), (94.36, 0), (73.49, 0), (73.51, 0), (46.37, 0), (46.34, 0)),
    ]);

    /// <summary>Section 5.3: softmax, SGD for w and α, learning rate 0.005.</summary>
    private static PaperTable Table4 => new("table4", "Table 4: subset and batch of α", [Cifar10Test, Cifar100Test, ImageNet16Test],
    [
        Test(BiLevel, (s, c) => Sgd(s, c, "bi-level", "softmax", 0.005), (61.88, 10.72), (25.13, 13.47), (17.98, 2.35)),
        Test(SameSubset, (s, c) => Sgd(s, c, "same-subset", "softmax", 0.005), (84.34, 0.02), (54.92, 0.06), (25.97, 0.49)),
        Test(SingleLevel, (s, c) => Sgd(s, c, "single-level", "softmax", 0.005), (94.27, 0.13), (73.01, 0.71), (46.10, 0.34)),
    ]);

    private static PaperTable Table5 => new("table5", "Table 5: learning rates, relaxations, optimisers", [Cifar10Test, Cifar100Test],
    [
        Test("DARTS, lr 0.001", (s, c) => Sgd(s, c, "bi-level", "softmax", 0.001), (91.54, 1.26), (68.21, 1.15)),
        Test("DARTS, lr 0.005", (s, c) => Sgd(s, c, "bi-level", "softmax", 0.005), (61.88, 10.72), (25.13, 13.47)),
        new("DARTS, lr 0.025", new Dictionary<NasBench201Metric, PaperValue> { [Cifar10Validation] = (39.77, 0), [Cifar10Test] = (54.30, 0) },
            (s, c) => Sgd(s, c, "bi-level", "softmax", 0.025),
            "The paper prints 39.77 and 54.30 under CIFAR10 and CIFAR100; they are validation and test on CIFAR-10 of the cell of six skip connections."),
        Test("Single-DARTS, lr 0.001", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.001), (94.36, 0), (73.51, 0)),
        Test("Single-DARTS, lr 0.005", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.005), (94.36, 0), (73.51, 0)),
        Test("Single-DARTS, lr 0.025", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.025), (93.10, 0), (69.24, 0)),
        Test("DARTS, softmax", (s, c) => Sgd(s, c, "bi-level", "softmax", 0.005), (61.88, 10.72), (25.13, 13.47)),
        Test("DARTS, sigmoid", (s, c) => Sgd(s, c, "bi-level", "sigmoid", 0.005), (80.57, 0), (47.93, 0)),
        Test("Single-DARTS, softmax", (s, c) => Sgd(s, c, "single-level", "softmax", 0.005), (94.27, 0.13), (73.01, 0.71)),
        Test("Single-DARTS, sigmoid", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.005), (94.36, 0), (73.51, 0)),
        Test("Single-DARTS, sigmoid, α = 0", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.005) with { InitialProbability = 0.5 }, (93.76, 0), (70.71, 0)),
        Test("DARTS, SGD", (s, c) => Sgd(s, c, "bi-level", "softmax", 0.005), (61.88, 10.72), (25.13, 13.47)),
        Test("DARTS, Adam", (s, c) => Adam(s, c, "bi-level", "softmax"), (80.57, 0), (47.93, 0)),
        Test("Single-DARTS, SGD", (s, c) => Sgd(s, c, "single-level", "sigmoid", 0.005), (94.36, 0), (73.51, 0)),
        Test("Single-DARTS, Adam", (s, c) => Adam(s, c, "single-level", "sigmoid"), (94.36, 0), (73.51, 0)),
    ]);

    /// <summary>The paper prints curves without numbers. The searches are those of Table 1.</summary>
    private static PaperTable Figure1 => new("figure1", "Figure 1: accuracy of the genotype after each epoch", [Cifar10Test],
    [
        new(FirstOrder, new Dictionary<NasBench201Metric, PaperValue>(), Darts),
        new(Single, new Dictionary<NasBench201Metric, PaperValue>(), (s, _) => s),
    ]);

    private static SearchSettings Darts(SearchSettings settings, SweepChoices choices) => settings with { Scheme = "bi-level", Relaxation = "softmax" };

    private static SearchSettings Sgd(SearchSettings settings, SweepChoices choices, string scheme, string relaxation, double rate) => settings with
    {
        Scheme = scheme, Relaxation = relaxation, AlphaOptimizer = "sgd",
        LearningRate = choices.RateFactor * rate, AlphaLearningRate = choices.RateFactor * rate,
    };

    /// <summary>A fixed 3e-4 and betas 0.5 and 0.999, for α or for both.</summary>
    private static SearchSettings Adam(SearchSettings settings, SweepChoices choices, string scheme, string relaxation)
    {
        SearchSettings alpha = settings with
        {
            Scheme = scheme, Relaxation = relaxation, AlphaOptimizer = "adam",
            LearningRate = choices.RateFactor * 0.005, AlphaLearningRate = choices.RateFactor * 3e-4,
        };
        return choices.AdamForWeights ? alpha with { WeightOptimizer = "adam", LearningRate = alpha.AlphaLearningRate } : alpha;
    }

    private static PaperRow Printed(string name, params double[] values) =>
        new(name, Six.Zip(values, (metric, value) => (metric, new PaperValue(value))).ToDictionary(), null);

    private static PaperRow Row(string name, Func<SearchSettings, SweepChoices, SearchSettings>? search, params PaperValue[] values) =>
        new(name, Six.Zip(values).ToDictionary(), search);

    private static PaperRow Test(string name, Func<SearchSettings, SweepChoices, SearchSettings> search, params PaperValue[] values) =>
        new(name, new[] { Cifar10Test, Cifar100Test, ImageNet16Test }.Zip(values).ToDictionary(), search);
}
