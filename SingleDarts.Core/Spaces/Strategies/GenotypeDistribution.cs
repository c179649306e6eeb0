using SingleDarts.Core.Genotypes;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Probabilities of the genotypes of a space: nodes are independent, each with a <see cref="NodeDistribution"/>. With equal weights every
/// genotype is equally likely, as in <see cref="SearchSpace.RandomGenotype(long)"/>.
/// </summary>
internal sealed class GenotypeDistribution
{
    private readonly GenotypeChoices choices;
    private readonly NodeDistribution[] nodes;

    /// <summary>Makes the distribution.</summary>
    /// <param name="choices">The genotypes.</param>
    /// <param name="logWeights">Logarithm of the weight of each gene of each node.</param>
    public GenotypeDistribution(GenotypeChoices choices, IReadOnlyList<double[]> logWeights)
    {
        this.choices = choices;
        nodes = [.. choices.Nodes.Zip(logWeights, (node, weights) => new NodeDistribution(node, weights))];
    }

    /// <summary>Probability that a genotype has a gene, for each gene of each node.</summary>
    public double[][] Probabilities() => [.. nodes.Select(node => node.Probabilities())];

    /// <summary>Logarithm of the probability of a genotype.</summary>
    /// <exception cref="ArgumentException">The rule of the space does not give this genotype.</exception>
    public double LogProbability(Genotype genotype) => nodes.Zip(choices.Of(genotype), (node, places) =>
        places.Sum(place => node.Logs[place]) - node.LogTotal).Sum();

    /// <summary>A genotype, drawn with its probability.</summary>
    /// <param name="uniform">Draws a number within [0, 1).</param>
    public Genotype Draw(Func<double> uniform) => choices.Genotype([.. nodes.Select(node => node.Draw(uniform))]);

    /// <summary>The genotypes of largest probability, from the largest on; of equal ones that of the earlier genes first.</summary>
    /// <param name="count">How many at most, at least 1.</param>
    public IEnumerable<Genotype> MostProbable(int count)
    {
        // A beginning that is not among the best of its number of edges has that many better ones with the same end.
        IReadOnlyList<Beginning> beginnings = [new(0, [[]])];
        for (int n = 0; n < nodes.Length; n++)
            beginnings = [.. Extended(beginnings, choices.Nodes[n], nodes[n], count)
                .Select(path => new Beginning(path.Score - nodes[n].LogTotal, [.. path.Nodes, []]))];
        return beginnings.Select(path => choices.Genotype(path.Nodes));
    }

    private static IReadOnlyList<Beginning> Extended(
        IReadOnlyList<Beginning> beginnings, NodeChoices node, NodeDistribution distribution, int count)
    {
        var byKept = new IReadOnlyList<Beginning>[node.Kept + 1];
        Array.Fill(byKept, []);
        byKept[0] = beginnings;
        for (int g = 0; g < node.Groups.Count; g++)
            for (int kept = node.Kept; kept >= 0; kept--)
            {
                bool canSkip = node.Groups.Count - g - 1 >= node.Kept - kept;
                IEnumerable<Beginning> with = kept == 0 ? [] : byKept[kept - 1].SelectMany(path => node.Groups[g]
                    .Select(place => path.With(place, distribution.Logs[place])));
                byKept[kept] = [.. with.Concat(canSkip ? byKept[kept] : []).OrderByDescending(path => path.Score).Take(count)];
            }
        return byKept[node.Kept];
    }

    /// <summary>Places of the genes of the nodes so far, and the logarithm of their probability.</summary>
    private sealed record Beginning(double Score, int[][] Nodes)
    {
        /// <summary>The beginning with one more gene of its last node.</summary>
        public Beginning With(int place, double log) => new(Score + log, [.. Nodes[..^1], [.. Nodes[^1], place]]);
    }
}
