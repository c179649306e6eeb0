using System.Text.Json;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

public class StrategySearchTests
{
    private static readonly SearchSpace Space = SearchSpaces.NasBench201();

    private static StrategySearch Evolution { get; } = new()
    {
        Space = Space, Strategy = new RegularizedEvolution(), Evaluator = new Counted(), Evaluations = 40, Seed = 1,
    };

    [Fact]
    public void A_strategy_and_an_evaluator_of_ones_own_find_the_best_cell()
    {
        StrategyResult result = (Evolution with { Strategy = new HillClimbing(), Evaluations = 200 }).Run();
        result.Genotype.Count("nor_conv_3x3").Should().Be(6);
        result.Trace.Should().HaveCount(200);
        result.Cost.Should().Be(600);
    }

    [Fact]
    public void The_best_is_the_first_of_equals()
    {
        EvaluatedGenotype[] trace = [.. new[] { 3, 7, 5, 7 }.Select((score, i) =>
            new EvaluatedGenotype(NasBench201Genotypes.FromIndex(i), EvaluationBudget.Full, new Evaluation(score / 10.0, 2)))];
        new StrategyResult(trace).Best.Should().BeSameAs(trace[1]);
        new StrategyResult(trace).Cost.Should().Be(8);
    }

    [Fact]
    public void The_best_is_one_of_the_largest_budget()
    {
        EvaluatedGenotype[] trace = [.. new (double? Epochs, double Accuracy)[] { (4, 0.9), (12, 0.3), (12, 0.5), (1, 0.7) }
            .Select((e, i) => new EvaluatedGenotype(NasBench201Genotypes.FromIndex(i), new(e.Epochs), new Evaluation(e.Accuracy, 1)))];
        new StrategyResult(trace).Best.Should().BeSameAs(trace[2]);
        EvaluatedGenotype full = new(NasBench201Genotypes.AllSkip, EvaluationBudget.Full, new(0.1, 1));
        new StrategyResult([.. trace, full]).Best.Should().BeSameAs(full);
    }

    [Fact]
    public void A_seed_gives_one_search_and_another_seed_another()
    {
        Evolution.Run().Trace.Should().Equal(Evolution.Run().Trace);
        (Evolution with { Seed = 2 }).Run().Trace.Should().NotEqual(Evolution.Run().Trace);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(25)]
    public void A_search_that_is_cut_off_goes_on_from_its_trace_as_if_it_had_not_been(int done)
    {
        using var stop = new CancellationTokenSource();
        var file = new List<string>();
        Action cut = () => Evolution.Run(progress: new Each(evaluated =>
        {
            file.Add(JsonSerializer.Serialize(evaluated));
            if (file.Count == done)
                stop.Cancel();
        }), cancellationToken: stop.Token);
        if (done == 0)
            stop.Cancel();
        cut.Should().Throw<OperationCanceledException>();
        file.Should().HaveCount(done);
        EvaluatedGenotype[] trace = [.. file.Select(line => JsonSerializer.Deserialize<EvaluatedGenotype>(line)!)];
        Evolution.Run(trace).Trace.Should().Equal(Evolution.Run().Trace);
    }

    [Fact]
    public void Everything_invalid_is_named_before_any_evaluation()
    {
        var evaluator = new Counted();
        var search = new StrategySearch
        {
            Space = SearchSpaces.Darts(), Strategy = new RegularizedEvolution { Population = 0, Sample = -1 }, Evaluator = evaluator,
            Evaluations = 0,
        };
        search.Invoking(s => s.Run([new(NasBench201Genotypes.AllSkip, EvaluationBudget.Full, new(0.5, 1))]))
            .Should().Throw<InvalidRunException>().Which.Faults.Should().HaveCount(5).And.ContainMatch("*population*0*")
            .And.ContainMatch("*sample*-1*").And.ContainMatch("*no convolutions*").And.ContainMatch("*evaluations is 0*")
            .And.ContainMatch("*lacks the cell 'normal'*");
        evaluator.Asked.Should().Be(0);
    }

    [Fact]
    public void A_genotype_of_another_space_is_not_evaluated_and_a_score_must_be_a_number()
    {
        var evaluator = new Counted();
        (Evolution with { Strategy = new Fixed(SearchSpaces.Darts().RandomGenotype(1)), Evaluator = evaluator }).Invoking(s => s.Run())
            .Should().Throw<InvalidOperationException>().WithMessage("*strategy 'fixed'*lacks the cell 'cell'*");
        evaluator.Asked.Should().Be(0);
        (Evolution with { Evaluator = new Counted { Score = double.NaN } }).Invoking(s => s.Run())
            .Should().Throw<InvalidOperationException>().WithMessage("*'convolutions' gives the accuracy NaN*");
    }

    private sealed class Each(Action<EvaluatedGenotype> action) : IProgress<EvaluatedGenotype>
    {
        public void Report(EvaluatedGenotype value) => action(value);
    }

    private sealed record HillClimbing : IStrategy
    {
        public string Name => "hill-climbing";

        public Proposal Ask(StrategyContext context) => context.Trace.MaxBy(evaluated => evaluated.Accuracy) is { } best
            ? context.Space.RandomNeighbor(best.Genotype, context.Random) : context.Space.RandomGenotype(context.Random);
    }

    private sealed record Fixed(Genotype Genotype) : IStrategy
    {
        public string Name => "fixed";

        public Proposal Ask(StrategyContext context) => Genotype;
    }

    /// <summary>Share of edges with a 3×3 convolution.</summary>
    private sealed class Counted : IGenotypeEvaluator
    {
        public string Name => "convolutions";

        public double? Score { get; init; }

        public int Asked { get; private set; }

        public IEnumerable<string> Faults(SearchSpace space) =>
            space.Cells.Any(c => c.Operations.Any(o => o.Name == "nor_conv_3x3")) ? [] : ["There are no convolutions to count."];

        public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken)
        {
            Asked++;
            return new(Score ?? genotype.Count("nor_conv_3x3") / 6.0, 3);
        }
    }
}
