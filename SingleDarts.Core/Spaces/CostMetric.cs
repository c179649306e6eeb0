using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// What the operations of a space cost, and in which unit: for penalties on the expected cost (<c>ExpectedCost</c>) and limits in
/// derivation (<see cref="CostLimit"/>). <see cref="MultiplyAdds"/> and <see cref="Parameters"/> are counted; a
/// <see cref="LatencyTable"/> is measured by you.
/// </summary>
public abstract class CostMetric
{
    private readonly ConditionalWeakTable<NetworkLayout, OperationCosts> known = [];

    private protected CostMetric(string unit) => Unit = unit;

    /// <summary>Multiply-adds for one sample (<see cref="ModuleCost.MultiplyAdds"/>).</summary>
    public static CostMetric MultiplyAdds { get; } = new CountedCost("multiply-adds", cost => cost.MultiplyAdds);

    /// <summary>Learned numbers (<see cref="ModuleCost.Parameters"/>).</summary>
    public static CostMetric Parameters { get; } = new CountedCost("parameters", cost => cost.Parameters);

    /// <summary>The unit of the costs, for example <c>multiply-adds</c> or <c>seconds</c>.</summary>
    public string Unit { get; }

    /// <summary>Error messages for a space whose operations have no cost; empty by default. A search asks before it starts.</summary>
    /// <param name="space">The search space.</param>
    public virtual IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>The costs in a space. They are measured once for each layout.</summary>
    /// <param name="space">The search space, with the channels and cells that the network shall have.</param>
    /// <exception cref="ArgumentException">An operation has no cost, or the parts of the space do not fit.</exception>
    public OperationCosts Of(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        return known.GetValue(space.Layout, _ => Faults(space).FirstOrDefault() is { } fault
            ? throw new ArgumentException(fault, nameof(space)) : Measure(space));
    }

    private protected abstract OperationCosts Measure(SearchSpace space);

    private sealed class CountedCost(string unit, Func<ModuleCost, long> number) : CostMetric(unit)
    {
        private protected override OperationCosts Measure(SearchSpace space)
        {
            var model = new CostModel(space);
            return new OperationCosts(Unit, number(model.FixedParts), space.Cells.ToDictionary(
                cell => cell.Name, cell => OperationCosts.Table(cell, (edge, k) => number(model.Of(cell, edge, k)))),
                genotype => number(model.Of(genotype)));
        }
    }
}
