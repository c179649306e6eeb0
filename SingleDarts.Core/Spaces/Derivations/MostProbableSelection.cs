using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The selection of SETN (Dong and Yang, ICCV 2019) in NAS-Bench-201: the candidates are the genotypes of largest probability, log P = Σ
/// over the edges of log softmax(α) of the operation, from the largest on; of equal ones that of the earlier operations first. The first
/// is the argmax.
/// </summary>
/// <remarks>
/// <para>In a space whose rule leaves edges out (DARTS), the genes of a node have a probability proportional to the product of their
/// softmax(α), among all that the rule can give, so that the first candidate is what <see cref="TopEdges"/> derives. If all edges are
/// kept, that is the sum above.</para>
/// <para><c>SETN.py</c> and <c>search_model_setn.py</c> of <c>D-X-Y/AutoDL-Projects</c>. The abstract of the paper speaks of candidates
/// that are sampled: <see cref="IsSampled"/>.</para>
/// </remarks>
public sealed record MostProbableSelection : OneShotSelection
{
    /// <summary>Whether candidates are drawn with their probability, repeats included, instead.</summary>
    /// <value>False.</value>
    public bool IsSampled { get; init; }

    /// <inheritdoc/>
    public override string Name => IsSampled ? "probable-selection" : "most-probable-selection";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) =>
        base.Faults(space).Concat(GenotypeChoices.Faults(space, $"The selection '{Name}'"));

    /// <inheritdoc/>
    protected override IEnumerable<Genotype> Candidates(DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored)
    {
        ArgumentNullException.ThrowIfNull(context);
        GenotypeChoices choices = context.Space.Choices;
        var distribution = new GenotypeDistribution(choices, [.. choices.Nodes.Select(node => LogWeights(context, node))]);
        return IsSampled ? Sampled(context, distribution) : distribution.MostProbable(Math.Max(1, context.IsFinal ? Count : CountPerEpoch));
    }

    private static IEnumerable<Genotype> Sampled(DerivationContext context, GenotypeDistribution distribution)
    {
        while (true)
            yield return distribution.Draw(context.Generator.Uniform);
    }

    /// <summary>log softmax(α) of the genes of a node, whatever the relaxation of the search makes of α.</summary>
    private static double[] LogWeights(DerivationContext context, NodeChoices node)
    {
        double[,] alpha = context.Snapshot[node.Cell.Name].Alpha;
        return [.. node.Candidates.Select(gene =>
        {
            double[] row = [.. node.Cell.Allowed(gene.Edge).Select(k => alpha[gene.Edge.Index, k])];
            double most = row.Max();
            return alpha[gene.Edge.Index, gene.Column] - (most + Math.Log(row.Sum(value => Math.Exp(value - most))));
        })];
    }
}
