using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>Budgets in seconds, on a table whose cell i takes 100 + i mod 50 seconds.</summary>
public sealed class SecondsBudgetTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();
    private readonly StrategySearch search;

    public SecondsBudgetTests()
    {
        File.WriteAllLines(path, NasBench201TableLoadTests.WithSeconds("imagenet16_test_seconds", i => 100 + (i % 50)));
        search = new StrategySearch
        {
            Space = SearchSpaces.NasBench201(), Strategy = new RegularizedEvolution(), Seed = 1, BudgetSeconds = 3000,
            Evaluator = new TableEvaluator(NasBench201Table.Load(path), epochs: 12, NasBench201Metric.ImageNet16Test),
        };
    }

    public void Dispose() => File.Delete(path);

    private static double Seconds(EvaluatedGenotype evaluated) => 100 + (NasBench201Genotypes.IndexOf(evaluated.Genotype) % 50);

    [Fact]
    public void A_search_ends_before_the_evaluation_that_would_exceed_the_budget_or_behind_it()
    {
        StrategyResult strict = search.Run(), exceeding = (search with { CanExceedBudget = true }).Run();
        strict.Trace.Should().OnlyContain(evaluated => evaluated.Evaluation.Cost == Seconds(evaluated));
        strict.Cost.Should().BeInRange(2850, 3000);
        exceeding.Cost.Should().BeInRange(3000, 3150);
        exceeding.Trace.Count.Should().Be(strict.Trace.Count + 1);
        exceeding.Trace.Take(strict.Trace.Count).Should().Equal(strict.Trace);
        strict.Trace.Should().HaveCountLessThan(31, "the number of evaluations has no meaning").And.HaveCountGreaterThan(19);
        EvaluatedGenotype[] half = [.. strict.Trace.Take(7)];
        search.Run(half).Trace.Should().Equal(strict.Trace);
        (search with { BudgetSeconds = strict.Cost }).Run().Trace.Should().Equal(strict.Trace, "the whole budget may be spent");
    }

    [Fact]
    public void Budgets_that_cannot_be_are_named_before_any_evaluation()
    {
        Refused(search with { BudgetSeconds = 0 }).Should().ContainMatch("*budget is 0 seconds*");
        Refused(search with { BudgetSeconds = double.NaN }).Should().ContainMatch("*budget is NaN seconds*");
        Refused(search with { Evaluator = new Convolutions() }).Should()
            .ContainMatch("*'convolutions' has no times*number of evaluations*");
        NasBench201Table table = NasBench201Table.Load(path);
        Refused(search with { Evaluator = new TableEvaluator(table, 12) }).Should()
            .ContainMatch("*'table' has no times*column of seconds*cifar10_valid_seconds*");
        search.Invoking(s => (s with { BudgetSeconds = 99 }).Run()).Should().Throw<InvalidOperationException>()
            .WithMessage("*first evaluation takes more than the budget of 99 seconds*CanExceedBudget*");
        (search with { BudgetSeconds = 99, CanExceedBudget = true }).Run().Trace.Should().ContainSingle();
    }

    private static IEnumerable<string> Refused(StrategySearch search) =>
        search.Invoking(s => s.Run()).Should().Throw<InvalidRunException>().Which.Faults;
}
