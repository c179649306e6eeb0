using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A selection whose candidates a strategy proposes, which is told the one-shot accuracy of each: evolution with the weights of a
/// supernet, for example. Only full evaluations are asked for.
/// </summary>
/// <param name="Strategy">The strategy.</param>
public sealed record StrategySelection(IStrategy Strategy) : OneShotSelection
{
    /// <inheritdoc/>
    public override string Name => $"{Strategy.Name}-selection";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) => base.Faults(space).Concat(Strategy.Faults(space));

    /// <inheritdoc/>
    protected override IEnumerable<Genotype> Candidates(DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored)
    {
        var streams = new RandomStreams((long)(context.Generator.Uniform() * long.MaxValue));
        while (true)
            yield return StrategyContext.Next(context.Space, scored, streams).Ask(Strategy).Genotype;
    }
}
