using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

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
