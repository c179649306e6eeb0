using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A selection whose candidates are drawn from the scheme of the search, repeats included: uniformly for RSPS (100 after each epoch and at
/// the end), from the controller for ENAS (10 and 100).
/// </summary>
public sealed record DrawnSelection : OneShotSelection
{
    /// <inheritdoc/>
    public override string Name => "drawn-selection";

    /// <inheritdoc/>
    protected override IEnumerable<Genotype> Candidates(DerivationContext context)
    {
        while (true)
            yield return context.Draw();
    }
}
