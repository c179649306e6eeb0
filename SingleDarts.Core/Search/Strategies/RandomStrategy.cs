using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// Random search: every genotype of the space is equally likely in every draw, repeats and cells without a path to the output included
/// (the baseline RS of NAS-Bench-201).
/// </summary>
public sealed record RandomStrategy : IStrategy
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public Proposal Ask(StrategyContext context) => Given.NotNull(context).Space.RandomGenotype(context.Random);
}
