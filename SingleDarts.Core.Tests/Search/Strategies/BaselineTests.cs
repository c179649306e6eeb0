using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>
/// The baselines of NAS-Bench-201 against means and deviations of runs that were simulated elsewhere with the same tables: columns of 200
/// epochs of the cell that is best by the CIFAR-10 validation accuracy of 12 epochs.
/// </summary>
[Trait("Category", "Slow")]
public class BaselineTests
{
    private const string TwelveEpochs = "nasbench201_12epoch.csv.gz", Full = "nasbench201.csv.gz";

    private static readonly (string Name, IStrategy Strategy, int Evaluations, int Runs, double[] Means, double[] Deviations)[] Bands =
    [
        ("random, 100", new RandomStrategy(), 100, 500,
            [90.96, 93.75, 71.07, 71.19, 44.60, 44.79], [0.35, 0.35, 1.04, 1.02, 1.05, 1.19]),
        ("random, 170", new RandomStrategy(), 170, 500,
            [91.06, 93.83, 71.30, 71.41, 44.86, 45.00], [0.27, 0.27, 0.98, 0.95, 0.97, 1.09]),
        ("evolution 10/3, 100", new RegularizedEvolution(), 100, 500,
            [91.13, 93.91, 71.68, 71.81, 45.01, 45.30], [0.46, 0.45, 1.35, 1.30, 1.25, 1.39]),
        ("evolution 10/3, 170", new RegularizedEvolution(), 170, 500,
            [91.30, 94.05, 72.24, 72.32, 45.41, 45.78], [0.31, 0.33, 1.12, 1.07, 0.92, 0.99]),
        ("evolution 10/10, 100", new RegularizedEvolution { Sample = 10 }, 100, 500,
            [91.25, 94.05, 72.14, 72.22, 45.27, 45.61], [0.39, 0.38, 1.29, 1.22, 1.06, 1.13]),
        ("REINFORCE 0.01, 100", new Reinforce(), 100, 200,
            [91.00, 93.79, 71.19, 71.28, 44.73, 44.96], [0.35, 0.35, 1.07, 1.10, 1.04, 1.14]),
        ("REINFORCE 0.5, 100", new Reinforce { LearningRate = 0.5 }, 100, 200,
            [90.37, 93.26, 70.08, 70.18, 43.58, 43.73], [0.89, 0.78, 1.78, 1.72, 1.93, 2.19]),
        // The published row, for 12,000 seconds.
        ("BOHB, 100", new Bohb(), 100, 500,
            [90.82, 93.61, 70.74, 70.85, 44.26, 44.42], [0.53, 0.52, 1.29, 1.28, 1.36, 1.49]),
    ];

    public static TheoryData<string> Names => [.. Bands.Select(band => band.Name)];

    private static Lazy<(NasBench201Table Short, NasBench201Table Full)> Tables { get; } = new(() =>
        (NasBench201Table.Load(DataFactAttribute.PathOf(TwelveEpochs)), NasBench201Table.Load(DataFactAttribute.PathOf(Full))));

    /// <summary>Within four standard errors of the difference of both means, in every column.</summary>
    [DataTheory(TwelveEpochs)]
    [MemberData(nameof(Names))]
    public void A_baseline_falls_into_its_bands(string name)
    {
        var band = Bands.Single(b => b.Name == name);
        int runs = LongTests.AreWanted ? band.Runs : 100;
        NasBench201Result[] found = Run(band.Strategy, band.Evaluations, runs);
        MeanAndDeviation[] columns = [.. Enum.GetValues<NasBench201Metric>()
            .Select(metric => MeanAndDeviation.Of(found.Select(r => r.Accuracy(metric))))];
        for (int column = 0; column < 6; column++)
            columns[column].Mean.Should().BeApproximately(band.Means[column],
                4 * band.Deviations[column] * Math.Sqrt((1.0 / runs) + (1.0 / band.Runs)), $"column {column}");
        if (runs == band.Runs)
            Repository.Read("docs/how-to/strategies.md").Should().Contain($"| {band.Evaluations} | {runs} | {string.Join(" | ",
                columns.Select(of => FormattableString.Invariant($"{of.Mean:F2} ± {of.StandardDeviation:F2}")))} |");
    }

    [DataFact(TwelveEpochs)]
    public void Evolution_is_better_than_random_search()
    {
        int runs = LongTests.AreWanted ? 500 : 200;
        double Mean(IStrategy strategy) => Run(strategy, 100, runs).Average(r => r.Cifar10Validation);
        (Mean(new RegularizedEvolution()) - Mean(new RandomStrategy())).Should().BeGreaterThanOrEqualTo(0.10);
    }

    private static NasBench201Result[] Run(IStrategy strategy, int evaluations, int runs)
    {
        var search = new StrategySearch
        {
            Space = SearchSpaces.NasBench201(), Strategy = strategy, Evaluations = evaluations,
            Evaluator = new TableEvaluator(Tables.Value.Short, epochs: 12) { IgnoresBudget = true },
        };
        return [.. Enumerable.Range(0, runs).Select(seed => Tables.Value.Full[(search with { Seed = seed }).Run().Genotype])];
    }
}
