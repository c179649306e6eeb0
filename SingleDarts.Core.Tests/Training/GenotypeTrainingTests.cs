using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Training;

/// <summary>Strategies over short trainings.</summary>
public class GenotypeTrainingTests
{
    [Fact]
    public async Task An_evaluation_is_a_training_of_the_epochs_of_its_budget()
    {
        using ClassificationDataset data = Small.Data(), validation = Small.Data(seed: 2);
        TrainingEvaluator evaluator = Evaluator(data, validation);
        Genotype genotype = Small.Space.RandomGenotype(2L);
        foreach (var (budget, epochs) in new[]
        {
            (EvaluationBudget.Full, 3), (new(Epochs: 2), 2), (new(Epochs: 1.33), 1), (new(Epochs: 0.2), 1),
        })
        {
            using var network = new EvaluationNetwork(Small.Space, genotype, new() { Seed = 4 });
            TrainingResult same = await Training(network, data, validation).For(epochs).RunAsync();
            evaluator.Evaluate(genotype, budget).Should().Be(new Evaluation(same.Test!.Top1, epochs));
        }
    }

    [Fact]
    public void BOHB_takes_its_rungs_from_short_trainings()
    {
        using ClassificationDataset data = Small.Data(), validation = Small.Data(seed: 2);
        var search = new StrategySearch
        {
            Space = Small.Space, Strategy = new Bohb { MinimumEpochs = 1, MaximumEpochs = 3 }, Evaluator = Evaluator(data, validation),
            Evaluations = 6,
        };
        StrategyResult result = search.Run();
        result.Trace.Select(e => e.Evaluation.Cost).Should().Equal(1, 1, 1, 3, 3, 3);
        result.Best.Budget.Epochs.Should().Be(3);
    }

    [Fact]
    public void What_cannot_be_trained_is_named_before_any_training()
    {
        using ClassificationDataset data = Small.Data();
        var evaluator = new TrainingEvaluator(Small.Space, network => NetworkTraining.Of(network).On(data).For(0).SavingTo("runs/x"));
        evaluator.Faults(Small.Space).Should().ContainMatch("*EvaluatedOn*").And.ContainMatch("*runs/x*").And.ContainMatch("*epochs is 0*");
        evaluator.Faults(SearchSpaces.Darts()).Should().ContainSingle().Which.Should().Contain("give both one space");
        Evaluator(data, data).Faults(Small.Space).Should().BeEmpty();
    }

    private static TrainingEvaluator Evaluator(ClassificationDataset data, ClassificationDataset validation) =>
        new(Small.Space, network => Training(network, data, validation)) { Seed = 4 };

    private static NetworkTraining Training(ClassificationNetwork network, ClassificationDataset data, ClassificationDataset validation) =>
        NetworkTraining.Of(network, TrainingRecipes.NasBench201).On(data).EvaluatedOn(validation).For(3, 10);
}
