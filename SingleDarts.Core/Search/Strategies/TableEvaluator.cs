using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>Looks genotypes up in a table of NAS-Bench-201. The cost of an evaluation is the seconds that the table says for the column, or
/// the epochs that its networks were trained for if it says none.</summary>
/// <param name="table">
/// The table; for the published baselines that of the 12-epoch schedule, whose winner is then looked up in that of 200 epochs.
/// </param>
/// <param name="epochs">Epochs of the table's trainings: 12 or 200.</param>
/// <param name="metric">The column, a validation accuracy if the test is to stay unseen.</param>
public sealed class TableEvaluator(
    NasBench201Table table, int epochs, NasBench201Metric metric = NasBench201Metric.Cifar10Validation) : IGenotypeEvaluator
{
    /// <summary>Epochs of the table's trainings.</summary>
    public int Epochs => epochs;

    /// <summary>The column.</summary>
    public NasBench201Metric Metric => metric;

    /// <summary>Whether every budget is answered by the trainings of the table, at their full cost, as by the worker of BOHB in the code of
    /// NAS-Bench-201. Otherwise only full evaluations are.</summary>
    /// <value>False.</value>
    public bool IgnoresBudget { get; init; }

    /// <inheritdoc/>
    public string Name => "table";

    /// <summary>Whether the table has seconds for the column.</summary>
    public bool IsCostInSeconds => table.HasSeconds(metric);

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (epochs < 1)
            yield return $"The trainings of the table have {epochs} epochs; expected 12 or 200.";
        if (!Enum.IsDefined(metric))
            yield return $"The column of the table is {metric}; expected one of {string.Join(", ", Enum.GetNames<NasBench201Metric>())}.";
        CellSpecification cell = space.Cells[0];
        string[] unknown = [.. cell.Operations.Select(o => o.Name).Except(NasBench201Genotypes.Operations)];
        if (space.Cells.Count > 1 || cell.Name != Genotype.OnlyCell || cell.Topology != NasBench201Genotypes.Topology || unknown.Length > 0)
            yield return $"The table holds the cells of NAS-Bench-201, but the space '{space.Name}' has others; search in " +
                "SearchSpaces.NasBench201() or evaluate otherwise.";
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken = default) =>
        IgnoresBudget || Given.NotNull(budget).Epochs is null || budget.Epochs == epochs
            ? new Evaluation(table[genotype].Accuracy(metric) / 100, IsCostInSeconds ? table.Seconds(genotype, metric, epochs) : epochs)
            : throw new ArgumentException(
                $"An evaluation of {budget.Epochs} epochs is asked for, but the trainings of the table have {epochs}; propose full " +
                "evaluations, or set IgnoresBudget.", nameof(budget));
}
