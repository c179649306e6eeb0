using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Training;

/// <summary>
/// Evaluates a genotype by a short training of its network, for strategies without a supernet. The accuracy is that of the final weights on
/// the samples that the training is evaluated on; the cost of an evaluation is its epochs.
/// </summary>
/// <param name="networks">The space of the networks: their channels and layers.</param>
/// <param name="train">The training of a network: <c>network => NetworkTraining.Of(network, recipe).On(train).EvaluatedOn(validation)</c>,
/// with samples that the final test does not use, and without a run folder. Its epochs are those of a full evaluation.</param>
/// <remarks>An evaluation of fewer epochs is a training of its own, whose schedules end with it; of a fraction of an epoch, the next lower
/// number of epochs, at least 1.</remarks>
public sealed class TrainingEvaluator(SearchSpace networks, Func<ClassificationNetwork, NetworkTraining> train) : IGenotypeEvaluator
{
    /// <summary>Seed of the first weights of every network.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <inheritdoc/>
    public string Name => "training";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (!space.Cells.Select(cell => cell.Name).SequenceEqual(networks.Cells.Select(cell => cell.Name)))
            return [$"The networks to be trained are of '{networks.Name}', whose cells are not those of '{space.Name}'; give both one " +
                "space."];
        using EvaluationNetwork network = Network(space.RandomGenotype(0L));
        NetworkTraining training = Training(network);
        List<string> faults = [];
        if (!training.IsEvaluated)
            faults.Add("The training of an evaluation has no samples to be evaluated on; name them with EvaluatedOn.");
        if (training.Options.OutputFolder is { } folder)
            faults.Add($"Every evaluation would save its training to '{folder}'; leave SavingTo out.");
        try
        {
            training.Build();
        }
        catch (InvalidRunException e)
        {
            faults.AddRange(e.Faults);
        }
        return faults;
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(budget);
        using EvaluationNetwork network = Network(genotype);
        NetworkTraining training = Training(network);
        int epochs = budget.Epochs is { } asked ? Math.Max(1, (int)asked) : training.Options.Epochs;
        TrainingResult result = training.For(epochs).RunAsync(cancellationToken).GetAwaiter().GetResult();
        return new Evaluation(result.Test!.Top1, epochs);
    }

    private NetworkTraining Training(ClassificationNetwork network) => UserPart.Result(
        train, () => "The function that makes the training of an evaluation", "a NetworkTraining", () => train(network));

    private EvaluationNetwork Network(Genotype genotype) => new(networks, genotype, new EvaluationNetworkOptions
    {
        Seed = Seed, AllowRepeatedEdges = true,
    });
}
