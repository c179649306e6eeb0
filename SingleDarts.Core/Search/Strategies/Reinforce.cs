using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// REINFORCE (Williams, 1992; the baseline of NAS-Bench-201): an independent categorical policy for each edge, whose logits Adam moves by
/// the gradient of −Σ log p (r − b). The reward r is the accuracy in percent; b is its moving average, corrected for its start and
/// updated with r before it is used, so that the first evaluation moves nothing.
/// </summary>
/// <remarks>
/// <para>In a space whose rule leaves edges out (DARTS), every pair of edge and operation of a node has a logit, and the genes of a node
/// have a probability proportional to exp of the sum of their logits, among all that the rule can give. That is the policy above if all
/// edges are kept.</para>
/// <para><c>reinforce.py</c> of <c>D-X-Y/AutoDL-Projects</c>. Logits begin at 1e-3 · N(0, 1); Adam has the defaults of PyTorch. The
/// policy is fitted again to the whole trace at every call. Not verified: the learning rate of the paper. The documented command of
/// NAS-Bench-201 has 0.5, with which our results are far below the published ones; NATS-Bench has 0.01.</para>
/// </remarks>
public sealed record Reinforce : IStrategy
{
    private const double Start = 1e-3, Percent = 100, FirstDecay = 0.9, SecondDecay = 0.999, Epsilon = 1e-8;

    /// <summary>Learning rate of Adam.</summary>
    /// <value>0.01.</value>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Share of the baseline that an evaluation keeps, within [0, 1).</summary>
    /// <value>0.9.</value>
    public double BaselineDecay { get; init; } = 0.9;

    /// <inheritdoc/>
    public string Name => "reinforce";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        foreach (string fault in GenotypeChoices.Faults(space, $"The strategy '{Name}'"))
            yield return fault;
        if (LearningRate is not (> 0 and < double.PositiveInfinity))
            yield return $"The learning rate of REINFORCE is {LearningRate}; expected a number above 0, for example 0.01.";
        if (BaselineDecay is not (>= 0 and < 1))
            yield return $"The baseline of REINFORCE decays by {BaselineDecay}; expected a number within [0, 1), 0.9 as published.";
    }

    /// <inheritdoc/>
    public Proposal Ask(StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new GenotypeDistribution(context.Space.Choices, Logits(context)).Draw(context.Random.NextDouble);
    }

    /// <summary>The logit of each gene of each node behind a trace.</summary>
    internal double[][] Logits(StrategyContext context)
    {
        GenotypeChoices choices = context.Space.Choices;
        var random = new Random(context.Seed);
        double[][] Like(Func<double> value) => [.. choices.Nodes.Select(node => node.Genes.Select(_ => value()).ToArray())];
        double[][] logits = Like(() => Start * Normal(random)), first = Like(() => 0), second = Like(() => 0);
        double rewards = 0, weights = 0;
        for (int step = 1; step <= context.Trace.Count; step++)
        {
            double reward = Percent * context.Trace[step - 1].Accuracy;
            rewards = (BaselineDecay * rewards) + ((1 - BaselineDecay) * reward);
            weights = (BaselineDecay * weights) + (1 - BaselineDecay);
            double[][] p = new GenotypeDistribution(choices, logits).Probabilities();
            int[][] taken = choices.Of(context.Trace[step - 1].Genotype);
            for (int node = 0; node < p.Length; node++)
                for (int k = 0; k < p[node].Length; k++)
                {
                    double gradient = (p[node][k] - (taken[node].Contains(k) ? 1 : 0)) * (reward - (rewards / weights));
                    first[node][k] = (FirstDecay * first[node][k]) + ((1 - FirstDecay) * gradient);
                    second[node][k] = (SecondDecay * second[node][k]) + ((1 - SecondDecay) * gradient * gradient);
                    double mean = first[node][k] / (1 - Math.Pow(FirstDecay, step));
                    double square = second[node][k] / (1 - Math.Pow(SecondDecay, step));
                    logits[node][k] -= LearningRate * mean / (Math.Sqrt(square) + Epsilon);
                }
        }
        return logits;
    }

    /// <summary>By Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
