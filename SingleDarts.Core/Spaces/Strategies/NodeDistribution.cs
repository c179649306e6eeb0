using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// Probabilities of what a node can be: a set of genes with a probability proportional to the product of its genes' weights, among all sets
/// that the rule of the space gives. If the node keeps every edge, its edges are independent and have a softmax each.
/// </summary>
/// <remarks>With s = the sum of the weights of an edge, the sum over all sets of k edges is the elementary symmetric polynomial e_k(s).
/// Sums are taken of logarithms.</remarks>
internal sealed class NodeDistribution
{
    private readonly NodeChoices node;
    private readonly double[] groups;
    private readonly double[] shares;

    /// <summary>Makes the distribution.</summary>
    /// <param name="node">The node.</param>
    /// <param name="logWeights">Logarithm of the weight of each of its genes.</param>
    public NodeDistribution(NodeChoices node, double[] logWeights)
    {
        this.node = node;
        groups = new double[node.Groups.Count];
        shares = new double[logWeights.Length];
        Logs = new double[logWeights.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            IReadOnlyList<int> members = node.Groups[g];
            double most = members.Max(i => logWeights[i]), sum = members.Sum(i => Math.Exp(logWeights[i] - most));
            groups[g] = most + Math.Log(sum);
            foreach (int i in members)
            {
                shares[i] = Math.Exp(logWeights[i] - most) / sum;
                Logs[i] = node.IsWhole ? logWeights[i] - groups[g] : logWeights[i];
            }
        }
        LogTotal = node.IsWhole ? 0 : Totals(groups, node.Kept)[0, node.Kept];
    }

    /// <summary>What each gene adds to the logarithm of the probability of a set, but for <see cref="LogTotal"/>.</summary>
    public double[] Logs { get; }

    /// <summary>Logarithm of the sum over all sets.</summary>
    public double LogTotal { get; }

    /// <summary>Probability that a gene is in the set.</summary>
    public double[] Probabilities()
    {
        double[] probabilities = [.. shares];
        if (node.IsWhole)
            return probabilities;
        for (int g = 0; g < groups.Length; g++)
        {
            double[] others = [.. groups[..g], .. groups[(g + 1)..]];
            double isKept = node.Kept == 0 ? 0 : Math.Exp(groups[g] + Totals(others, node.Kept - 1)[0, node.Kept - 1] - LogTotal);
            foreach (int i in node.Groups[g])
                probabilities[i] *= isKept;
        }
        return probabilities;
    }

    /// <summary>A set, drawn edge by edge: first whether the edge is kept, then its gene.</summary>
    /// <param name="uniform">Draws a number within [0, 1).</param>
    public int[] Draw(Func<double> uniform)
    {
        double[,]? totals = node.IsWhole ? null : Totals(groups, node.Kept);
        var places = new List<int>();
        for (int g = 0; g < groups.Length && places.Count < node.Kept; g++)
        {
            int left = node.Kept - places.Count;
            bool isKept = totals is null || left == groups.Length - g ||
                uniform() < Math.Exp(groups[g] + totals[g + 1, left - 1] - totals[g, left]);
            if (isKept)
                places.Add(node.Groups[g][GeneratorDraws.Index(uniform(), [.. node.Groups[g].Select(i => shares[i])])]);
        }
        return [.. places];
    }

    /// <summary>[i, j]: logarithm of the sum, over the sets of j of the terms from i on, of their products.</summary>
    private static double[,] Totals(double[] logs, int kept)
    {
        var totals = new double[logs.Length + 1, kept + 1];
        for (int j = 1; j <= kept; j++)
            totals[logs.Length, j] = double.NegativeInfinity;
        for (int i = logs.Length - 1; i >= 0; i--)
            for (int j = 1; j <= kept; j++)
                totals[i, j] = Sum(totals[i + 1, j], logs[i] + totals[i + 1, j - 1]);
        return totals;
    }

    /// <summary>log(eᵃ + eᵇ).</summary>
    private static double Sum(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(Math.Exp(a - most) + Math.Exp(b - most));
    }
}
