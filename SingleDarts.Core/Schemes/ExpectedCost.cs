using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>
/// The expected cost of the network as a penalty: λ · E / R with E = c₀ + Σ p c over all candidates of all cells, where p is what
/// derivations read (<see cref="IRelaxation.Expectation"/>), c a candidate's cost over all copies of its cell, c₀ that of the fixed
/// parts, and R a reference. The gradient is exact: λ / R · Σ c ∂p/∂α.
/// </summary>
/// <param name="Metric">Multiply-adds, parameters or a table of latencies.</param>
/// <remarks>p is the expectation also for relaxations that sample, so that the penalty has no noise of its own.</remarks>
public sealed record ExpectedCost(CostMetric Metric) : IPenalty
{
    /// <summary>Multiply-adds, parameters or a table of latencies.</summary>
    public CostMetric Metric { get; } = Metric ?? throw new ArgumentNullException(nameof(Metric));

    /// <summary>λ.</summary>
    /// <value>Constant 1.</value>
    public Schedule Weight { get; init; } = Schedule.Constant(1);

    /// <summary>R, in the metric's unit: for example 1e6 for millions of multiply-adds.</summary>
    /// <value>The cost with every candidate at p = 1, if <see langword="null"/>, so that the penalty is between 0 and λ if p is.</value>
    public double? Reference { get; init; }

    /// <inheritdoc/>
    public string Name => $"expected {Metric.Unit}";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in Metric.Faults(space).Concat(Weight.Faults($"weight of the penalty '{Name}'")))
            yield return fault;
        if (Reference is { } reference && !(reference > 0 && double.IsFinite(reference)))
            yield return $"The reference of the penalty '{Name}' is {reference} {Metric.Unit}; expected a number above 0.";
    }

    /// <inheritdoc/>
    public IPenalty For(SearchSpace space) => new InSpace(this, Metric.Of(space));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: costs are those of a space; <see cref="For"/> gives its penalty.</exception>
    public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position) => throw new InvalidOperationException(
        $"The penalty '{Name}' does not know the space whose costs it has to take; call For(space) first, as a StepContext does.");

    /// <summary>E, a scalar in the unit of the costs that is differentiable in α.</summary>
    /// <param name="costs">Costs of the space of α.</param>
    /// <param name="architecture">α of every kind of cell.</param>
    /// <param name="position">The moment.</param>
    public static Tensor Of(OperationCosts costs, ArchitectureParameters architecture, EpochPosition position)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(architecture);
        using var scope = NewDisposeScope();
        using var generator = new Generator(0, CPU);
        return architecture.Cells.Select(cell =>
        {
            Tensor p = architecture.Expectation(cell.Name, position, generator);
            return (p * tensor(costs.Of(cell.Name)).to(p.dtype, p.device)).sum();
        }).Aggregate((sum, term) => sum.Plus(term)).Plus(costs.FixedParts).MoveToOuterDisposeScope();
    }

    private sealed class InSpace(ExpectedCost settings, OperationCosts costs) : IPenalty
    {
        public string Name => settings.Name;

        public IPenalty For(SearchSpace space) => settings.For(space);

        public Tensor Penalty(ArchitectureParameters architecture, EpochPosition position)
        {
            using Tensor expected = Of(costs, architecture, position);
            return expected.Times(settings.Weight.At(position) / (settings.Reference ?? costs.All));
        }
    }
}
