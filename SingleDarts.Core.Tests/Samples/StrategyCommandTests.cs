using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
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
    [DataFact(Table)]
    public void Bad_input_is_named_before_any_run()
    {
        string table = DataFactAttribute.PathOf(Table);
        foreach (var (arguments, message) in new (string[], string)[]
        {
            (["climbing"], "'climbing'"), (["random"], "--table"), (["random", "--table", table, "--runs", "0"], "--runs is 0"),
            (["evolution", "--table", table, "--population", "0"], "population of the evolution is 0"),
        })
        {
            var (code, _, error) = Run(["strategy", .. arguments]);
            code.Should().Be(2);
            error.Should().Contain(message);
        }
    }
}
