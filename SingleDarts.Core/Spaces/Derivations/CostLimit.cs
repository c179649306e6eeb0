using System.Globalization;
using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A rule whose genotypes cost no more than a limit. While the rule's genotype costs more, the chosen operation that has the least weight
/// for each unit of its cost (p divided by what it costs over all copies of its cell) is given up on its edge, and the rule chooses again
/// from what is left. An operation is given up only if its edge has a cheaper one; of equal ones the earlier kind of cell, edge and
/// operation goes first. If the rule is still above the limit when nothing can be given up, the cheapest genotype is the result.
/// </summary>
/// <param name="Rule">The rule, for example <see cref="TopEdges"/>.</param>
/// <param name="Metric">What is limited.</param>
/// <param name="Limit">Largest cost of the whole network, in the metric's unit.</param>
public sealed record CostLimit(CellDerivation Rule, CostMetric Metric, double Limit) : IDerivation
{
    /// <summary>The rule.</summary>
    public CellDerivation Rule { get; } = Rule ?? throw new ArgumentNullException(nameof(Rule));

    /// <summary>What is limited.</summary>
    public CostMetric Metric { get; } = Metric ?? throw new ArgumentNullException(nameof(Metric));

    /// <inheritdoc/>
    public string Name => FormattableString.Invariant($"{Rule.Name}-within-{Limit:0.###############}-{Metric.Unit}");

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        List<string> faults = [.. Rule.Faults(space), .. Metric.Faults(space)];
        if (!(Limit > 0 && double.IsFinite(Limit)))
            faults.Add($"The limit of the derivation is {Limit} {Metric.Unit}; expected a number above 0.");
        if (faults.Count == 0 && Fault(space, Metric.Of(space).Of(Cheapest(space))) is { } tooCostly)
            faults.Add(tooCostly);
        return faults;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Even the cheapest genotype of the rule costs more than the limit.</exception>
    public Genotype Derive(DerivationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SearchSpace left = context.Space;
        OperationCosts costs = Metric.Of(left);
        Genotype genotype = Rule.Derive(context);
        while (costs.Of(genotype) > Limit)
        {
            if (GivenUp(left, genotype, context.Snapshot, costs) is not { } choice)
            {
                genotype = Cheapest(context.Space);
                return Fault(context.Space, costs.Of(genotype)) is { } fault ? throw new InvalidOperationException(fault) : genotype;
            }
            left = left.Allow(choice.Cell.Name, choice.Edge, choice.Left);
            genotype = Rule.Derive(context with { Space = left });
        }
        return genotype;
    }

    /// <summary>The choice that is given up next; null if no edge has a cheaper one.</summary>
    private static Choice? GivenUp(
        SearchSpace space, Genotype genotype, IReadOnlyDictionary<string, CellSnapshot> snapshot, OperationCosts costs) =>
        space.Cells.SelectMany(cell => Choices(cell, genotype[cell.Name], snapshot[cell.Name].OperationWeights, costs.Of(cell.Name))
            .OrderBy(choice => choice.Edge).ThenBy(choice => choice.Column)).MinBy(choice => choice.WeightPerCost);

    private static IEnumerable<Choice> Choices(CellSpecification cell, CellGenotype genotype, double[,] weights, double[,] costs)
    {
        foreach (var (i, genes) in genotype.Nodes.Index())
            foreach (Gene gene in genes)
            {
                CellEdge edge = cell.Topology.Edge(gene.Source, cell.Topology.Inputs + i);
                // A second copy of an operation stands for it in genotypes and goes with it.
                ILookup<bool, int> columns = cell.Allowed(edge).ToLookup(k => cell.Operations[k].DerivesAs == gene.Operation);
                double cost = columns[true].Max(k => costs[edge.Index, k]);
                if (columns[false].Any(k => cell.Operations[k].IsDerivable && costs[edge.Index, k] < cost))
                    yield return new Choice(cell, edge.Index, columns[true].First(),
                        columns[true].Max(k => weights[edge.Index, k]) / cost, [.. columns[false].Select(k => cell.Operations[k].Name)]);
            }
    }

    /// <summary>What the rule gives if every candidate is the stronger the less it costs.</summary>
    private Genotype Cheapest(SearchSpace space)
    {
        OperationCosts costs = Metric.Of(space);
        double largest = Math.Max(space.Cells.Max(cell => costs.Of(cell.Name).Cast<double>().Max()), double.Epsilon);
        return space.Derive(Rule, space.Cells.ToDictionary(cell => cell.Name, cell =>
        {
            double[,] of = costs.Of(cell.Name);
            double[,] strengths = OperationCosts.Table(cell, (edge, k) => 1 / (1 + (of[edge.Index, k] / largest)));
            return new CellSnapshot(strengths, strengths);
        }));
    }

    private string? Fault(SearchSpace space, double cheapest) => cheapest <= Limit ? null
        : $"The cheapest genotype of '{space.Name}' that the rule '{Rule.Name}' gives costs {Number(cheapest)} {Metric.Unit}; expected " +
            $"at most {Number(Limit)}. Raise the limit, or take a space of fewer channels or cells.";

    private static string Number(double cost) => cost.ToString("#,0.######", CultureInfo.InvariantCulture);

    private sealed record Choice(CellSpecification Cell, int Edge, int Column, double WeightPerCost, IReadOnlyList<string> Left);
}
