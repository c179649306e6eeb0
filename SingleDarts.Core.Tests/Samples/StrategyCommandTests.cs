using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Tests.Spaces;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

public class StrategyCommandTests
{
    private const string Table = "nasbench201_12epoch.csv.gz";

    [Trait("Category", "Slow")]
    [DataTheory(Table)]
    [InlineData("random")]
    [InlineData("evolution", "--sample", "10")]
    [InlineData("reinforce", "--learning-rate", "0.5")]
    [InlineData("bohb", "--min-budget", "1", "--max-budget", "12")]
    public void It_prints_the_mean_of_the_winners(string name, params string[] options)
    {
        var (code, output, error) = Run(["strategy", name, "--table", DataFactAttribute.PathOf(Table), "--evaluations", "30", "--runs", "3",
            "--seed", "5", .. options]);
        code.Should().Be(0, error);
        NasBench201Table table = NasBench201Table.Load(DataFactAttribute.PathOf(Table));
        var search = new StrategySearch
        {
            Space = SearchSpaces.NasBench201(), Evaluations = 30,
            Evaluator = new TableEvaluator(table, epochs: 12) { IgnoresBudget = true },
            Strategy = name switch
            {
                "random" => new RandomStrategy(),
                "evolution" => new RegularizedEvolution { Sample = 10 },
                "reinforce" => new Reinforce { LearningRate = 0.5 },
                _ => new Bohb { MinimumEpochs = 1, MaximumEpochs = 12 },
            },
        };
        double mean = Enumerable.Range(5, 3).Average(seed => table[(search with { Seed = seed }).Run().Genotype].ImageNet16Test);
        output.Should().Contain(FormattableString.Invariant($"{"ImageNet16Test",-22} {mean,6:F2}"));
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_budget_of_seconds_is_spent_on_a_table_with_times()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["table.csv"], NasBench201TableLoadTests.WithSeconds("cifar10_valid_seconds_per_epoch", _ => 10));
        string[] arguments =
            ["strategy", "random", "--table", folder["table.csv"], "--budget-seconds", "250", "--runs", "4", "--can-exceed-budget"];
        var (code, output, error) = Run(arguments);
        code.Should().Be(0, error);
        output.Should().Contain("3.0 evaluations", "each takes 120 seconds, the third exceeds the budget");
        Run(arguments[..^1]).Output.Should().Contain("2.0 evaluations");
    }

    [Trait("Category", "Slow")]
    [DataFact(Table)]
    public void Bad_input_is_named_before_any_run()
    {
        string table = DataFactAttribute.PathOf(Table);
        foreach (var (arguments, message) in new (string[], string)[]
        {
            (["climbing"], "'climbing'"), (["random"], "--table"), (["random", "--table", table, "--runs", "0"], "--runs is 0"),
            (["evolution", "--table", table, "--population", "0"], "population of the evolution is 0"),
            (["random", "--table", table, "--budget-seconds", "12000"], "'table' has no times"),
        })
        {
            var (code, _, error) = Run(["strategy", .. arguments]);
            code.Should().Be(2);
            error.Should().Contain(message);
        }
    }
}
