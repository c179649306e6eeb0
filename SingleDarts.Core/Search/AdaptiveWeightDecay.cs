using System.Globalization;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// The adaptive regularisation of DARTS-ADA (Zela et al., ICLR 2020): when the largest eigenvalue of the Hessian in α grows, the search
/// returns to the epoch before the growth and goes on from there with more weight decay of w, again and again until the weight decay has
/// its maximum.
/// </summary>
/// <remarks>In <c>automl/RobustDARTS</c> the averages after a return still have the eigenvalues of the epochs that were discarded, because
/// the recursion takes the first tracker and not the restored one; here they are left out.</remarks>
public sealed record AdaptiveWeightDecay : EigenvalueRule
{
    /// <summary>The weight decay of w is multiplied by this at every return.</summary>
    /// <value>10, as in the published script; the code's default is 3.</value>
    public double Multiplier { get; init; } = 10;

    /// <summary>Largest weight decay of w; with it the search goes on to its end.</summary>
    /// <value>0.03, as in the published script; the code's default is 0.0243.</value>
    public double Maximum { get; init; } = 0.03;

    /// <inheritdoc/>
    public override string Name =>
        string.Create(CultureInfo.InvariantCulture, $"weight decay × {Multiplier} up to {Maximum} at eigenvalue × {Factor}");

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space)
    {
        foreach (string fault in base.Faults(space))
            yield return fault;
        if (!(Multiplier > 1 && Maximum > 0 && double.IsFinite(Multiplier + Maximum)))
            yield return $"The rule '{Name}' multiplies the weight decay by {Multiplier} up to {Maximum}; expected more than 1 and more " +
                "than 0.";
    }

    /// <inheritdoc/>
    public override IEnumerable<int> Returns(EpochRuleContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        int last = context.History.Count - 1;
        return Raised(context) is null || context.IsStageComplete ? [] : context.History
            .Where((_, i) => i % Interval == 0 && i >= FirstEpoch && i >= last - Reach).Select(report => report.Epoch);
    }

    /// <inheritdoc/>
    protected override EpochDecision React(EpochRuleContext context, EpochReport stable, double growth) =>
        Raised(Given.NotNull(context)) is { } decay
            ? EpochDecision.Return(Given.NotNull(stable).Epoch, context.Options with
            {
                WeightOptimizer = context.Options.WeightOptimizer.WithWeightDecay(decay),
            })
            : EpochDecision.Continue;

    /// <summary>The weight decay after a return; null if it is 0 or has its maximum.</summary>
    private double? Raised(EpochRuleContext context)
    {
        double present = context.Options.WeightOptimizer.Optimizer.WeightDecay, raised = present * Multiplier;
        // 3e-4 · 10 · 10 is 0.03 up to rounding.
        return present <= 0 || present > Maximum * (1 - 1e-9) ? null : raised > Maximum * (1 - 1e-9) ? Maximum : raised;
    }
}
