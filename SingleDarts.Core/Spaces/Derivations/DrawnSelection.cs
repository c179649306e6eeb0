using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// A selection whose candidates are drawn from the scheme of the search: uniformly for RSPS (100 after each epoch and at the end), from the
/// controller for ENAS (10 and 100).
/// </summary>
public sealed record DrawnSelection : OneShotSelection
{
    /// <summary>Whether no candidate comes twice, as in the RSPS of NATS-Bench.</summary>
    /// <value>False.</value>
    public bool IsDistinct { get; init; }

    /// <inheritdoc/>
    public override string Name => "drawn-selection";

    /// <inheritdoc/>
    protected override IEnumerable<Genotype> Candidates(DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored)
    {
        // A scheme may draw the same few again and again.
        const int Attempts = 1000;
        for (int repeats = 0; repeats < Attempts;)
        {
            Genotype drawn = context.Draw();
            if (IsDistinct && scored.Any(candidate => candidate.Genotype.Equals(drawn)))
            {
                repeats++;
                continue;
            }
            repeats = 0;
            yield return drawn;
        }
    }
}
