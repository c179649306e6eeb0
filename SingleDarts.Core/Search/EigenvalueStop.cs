using System.Globalization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Search;

/// <summary>
/// The early stop of DARTS-ES (Zela et al., ICLR 2020): when the largest eigenvalue of the Hessian in α grows, the search ends with the
/// genotype of the epoch before the growth.
/// </summary>
public sealed record EigenvalueStop : EigenvalueRule
{
    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"stop at eigenvalue × {Factor}");

    /// <inheritdoc/>
    protected override EpochDecision React(EpochRuleContext context, EpochReport stable, double growth) => EpochDecision.Stop(
        string.Create(CultureInfo.InvariantCulture, $"The largest eigenvalue of the Hessian in α has grown to its {growth:F2}-fold."),
        Given.NotNull(stable).Epoch);
}
