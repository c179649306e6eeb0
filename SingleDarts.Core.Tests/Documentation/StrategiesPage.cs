using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The strategy and the evaluator of docs/how-to/strategies.md, word for word.</summary>
public class StrategiesPage
{
    [Fact]
    public void They_find_a_small_cell_of_the_space()
    {
        SearchSpace space = SearchSpaces.NasBench201();
        var search = new StrategySearch
        {
            Space = space, Strategy = new HillClimbing(), Evaluator = new FewParameters(space), Evaluations = 60, Seed = 1,
        };
        StrategyResult result = search.Run();
        new CostModel(space).Of(result.Genotype).Parameters.Should().Be(73306, "no edge has a convolution, as in the cell of skips");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Strategies_evaluate_by_short_trainings_and_by_the_weights_of_a_supernet()
    {
        using ClassificationDataset train = Small.Data(), validation = Small.Data(seed: 2);
        var search = new StrategySearch
        {
            Space = Small.Space, Strategy = new RandomStrategy(), Evaluator = new FewParameters(Small.Space), Evaluations = 1,
        };
        search = search with
        {
            Strategy = new Bohb { MinimumEpochs = 1, MaximumEpochs = 9 },               // rungs of 1, 3 and 9 epochs
            Evaluator = new TrainingEvaluator(search.Space, network =>
                NetworkTraining.Of(network, TrainingRecipes.NasBench201).On(train).EvaluatedOn(validation)),
        };
        search.Run().Cost.Should().Be(1);

        var oneShot = ArchitectureSearch.In(search.Space, SearchMethods.Rsps()).On(train)
            .Deriving(new StrategySelection(new RegularizedEvolution()) { Count = 100 });
        oneShot.For(1, 10).Invoking(s => s.Build()).Should().NotThrow();
    }

    private sealed record HillClimbing : IStrategy
    {
        public string Name => "hill-climbing";

        public Proposal Ask(StrategyContext context) => context.Trace.MaxBy(evaluated => evaluated.Accuracy) is { } best
            ? context.Space.RandomNeighbor(best.Genotype, context.Random)
            : context.Space.RandomGenotype(context.Random);
    }

    private sealed class FewParameters(SearchSpace space) : IGenotypeEvaluator
    {
        private readonly CostModel costs = new(space);

        public string Name => "few-parameters";

        public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken) =>
            new(Accuracy: 1 / (1.0 + costs.Of(genotype).Parameters), Cost: 0);
    }
}
