using PaperTables.CommandLine;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;

namespace PaperTables.Strategies;

/// <summary>The options of <c>strategy</c>.</summary>
internal sealed record StrategySettings
{
    private static readonly RegularizedEvolution Evolution = new();
    private static readonly Reinforce Policy = new();
    private static readonly Bohb Brackets = new();

    [CommandOption("--table", "NAS-Bench-201 table (csv or csv.gz) that the strategy sees, that of 12 epochs in the published baselines.")]
    public string? Table { get; init; }

    [CommandOption("--final-table", "Table in which the winners are looked up, that of 200 epochs. Default: that of --table.")]
    public string? FinalTable { get; init; }

    [CommandOption("--metric", "Column that the strategy sees.", "Cifar10Validation", "Cifar10Test", "Cifar100Validation", "Cifar100Test",
        "ImageNet16Validation", "ImageNet16Test")]
    public string Metric { get; init; } = nameof(NasBench201Metric.Cifar10Validation);

    [CommandOption("--evaluations", "Evaluations of a run. 100 are what 12,000 seconds of the benchmark pay for, 170 what 20,000 do.")]
    public int Evaluations { get; init; } = 100;

    [CommandOption("--budget-seconds",
        "Seconds of training of a run, instead of --evaluations, for a --table with times. 12000 in NAS-Bench-201, 20000 in NATS-Bench.")]
    public double? BudgetSeconds { get; init; }

    [CommandOption("--can-exceed-budget",
        "With --budget-seconds: the evaluation that exceeds it counts, as in NATS-Bench. Otherwise the run ends before it.")]
    public bool CanExceedBudget { get; init; }

    [CommandOption("--runs", "Runs, with one seed each.")]
    public int Runs { get; init; } = 500;

    [CommandOption("--seed", "Seed of the first run.")]
    public long Seed { get; init; }

    [CommandOption("--population", "evolution: genotypes that can be parents.")]
    public int Population { get; init; } = Evolution.Population;

    [CommandOption("--sample", "evolution: genotypes that compete to be the parent.")]
    public int Sample { get; init; } = Evolution.Sample;

    [CommandOption("--learning-rate", "reinforce: learning rate of the policy.")]
    public double LearningRate { get; init; } = Policy.LearningRate;

    [CommandOption("--min-budget", "bohb: epochs of the smallest budget. The table answers every budget with its own trainings.")]
    public double MinimumBudget { get; init; } = Brackets.MinimumEpochs;

    [CommandOption("--max-budget", "bohb: epochs of the largest budget.")]
    public double MaximumBudget { get; init; } = Brackets.MaximumEpochs;

    /// <summary>The strategy of a name.</summary>
    public IStrategy Strategy(string name) => name switch
    {
        "random" => new RandomStrategy(),
        "evolution" => new RegularizedEvolution { Population = Population, Sample = Sample },
        "reinforce" => new Reinforce { LearningRate = LearningRate },
        _ => new Bohb { MinimumEpochs = MinimumBudget, MaximumEpochs = MaximumBudget },
    };
}
