using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>The strategies of the library, and the table that they are tried on.</summary>
public class StrategyTests
{
    private const string TwelveEpochs = "nasbench201_12epoch.csv.gz";
    private static readonly SearchSpace Space = SearchSpaces.NasBench201();
    private static readonly Genotype Convolutions = NasBench201Genotypes.FromIndex(Enumerable.Repeat(3, 6).Aggregate((a, b) => 5 * a + b));

    [Fact]
    public void Random_search_draws_every_operation_of_every_edge_equally_often()
    {
        const int Draws = 5000;
        var counts = new int[6, 5];
        for (int i = 0; i < Draws; i++)
        {
            int index = NasBench201Genotypes.IndexOf(Ask(new RandomStrategy(), [], i));
            for (int e = 5; e >= 0; e--, index /= 5)
                counts[e, index % 5]++;
        }
        foreach (int count in counts)
            count.Should().BeCloseTo(Draws / 5, (uint)(5 * Math.Sqrt(0.16 * Draws)));
    }

    /// <summary>The best of three that are drawn with replacement from ten is a given one with probability 1 − 0.9³ = 0.271.</summary>
    [Fact]
    public void Evolution_draws_parents_with_replacement_from_the_latest_ten_and_drops_the_oldest()
    {
        EvaluatedGenotype[] Trace(params double[] accuracies) => [.. accuracies.Select(a =>
            new EvaluatedGenotype(a == 0 ? Convolutions : NasBench201Genotypes.AllSkip, EvaluationBudget.Full, new(a, 1)))];
        double ShareOfSkips(EvaluatedGenotype[] trace) => Enumerable.Range(0, 4000)
            .Count(seed => Ask(new RegularizedEvolution(), trace, seed).Count("skip_connect") >= 5) / 4000.0;
        ShareOfSkips(Trace(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)).Should().BeApproximately(0.271, 0.015);
        ShareOfSkips(Trace(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).Should().Be(0);
        ShareOfSkips(Trace(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)).Should().BeApproximately(0.271, 0.015);
    }

    [Fact]
    public void Evolution_begins_with_as_many_random_genotypes_as_the_population_has()
    {
        EvaluatedGenotype skip = new(NasBench201Genotypes.AllSkip, EvaluationBudget.Full, new(1, 1));
        Enumerable.Range(0, 50).Count(seed => Ask(new RegularizedEvolution(), [.. Enumerable.Repeat(skip, 9)], seed)
            .Count("skip_connect") == 5).Should().BeLessThan(5);
        Enumerable.Range(0, 50).Should().OnlyContain(seed =>
            Ask(new RegularizedEvolution(), Enumerable.Repeat(skip, 10).ToArray(), seed).Count("skip_connect") == 5);
    }

    [DataFact(TwelveEpochs)]
    public void The_table_gives_a_column_as_a_share_and_costs_its_epochs()
    {
        NasBench201Table table = NasBench201Table.Load(DataFactAttribute.PathOf(TwelveEpochs));
        var evaluator = new TableEvaluator(table, epochs: 12, NasBench201Metric.Cifar100Test);
        Genotype first = table.Results[0].Genotype;
        evaluator.Evaluate(first, EvaluationBudget.Full).Should().Be(new Evaluation(31.26 / 100, 12));
        evaluator.Evaluate(first, new(Epochs: 12)).Should().Be(new Evaluation(31.26 / 100, 12));
        evaluator.Invoking(e => e.Evaluate(first, new(Epochs: 4))).Should().Throw<ArgumentException>()
            .WithMessage("*4 epochs*have 12*IgnoresBudget*");
        new TableEvaluator(table, epochs: 12) { IgnoresBudget = true }.Evaluate(first, new(Epochs: 200)).Should()
            .Be(evaluator.Evaluate(first, EvaluationBudget.Full) with { Accuracy = table[first].Cifar10Validation / 100 });
        evaluator.Faults(Space).Should().BeEmpty();
        evaluator.Faults(Space.Allow("cell", 0, "skip_connect")).Should().BeEmpty();
        evaluator.Faults(SearchSpaces.Darts()).Should().ContainSingle().Which.Should().Contain("NAS-Bench-201");
        new TableEvaluator(table, epochs: 0, (NasBench201Metric)9).Faults(Space).Should().HaveCount(2);
        new StrategySearch { Space = SearchSpaces.Darts(), Strategy = new RandomStrategy(), Evaluator = evaluator }.Invoking(s => s.Run())
            .Should().Throw<InvalidRunException>();
    }

    private static Genotype Ask(IStrategy strategy, IReadOnlyList<EvaluatedGenotype> trace, int seed) =>
        strategy.Ask(new StrategyContext(Space, trace, new Random(seed))).Genotype;
}
