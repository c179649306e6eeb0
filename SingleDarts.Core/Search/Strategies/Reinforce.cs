using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Search;

/// <summary>
/// REINFORCE (Williams, 1992; the baseline of NAS-Bench-201): an independent categorical policy for each edge, whose logits Adam moves by
/// the gradient of −Σ log p (r − b). The reward r is the accuracy in percent; b is its moving average, corrected for its start and
/// updated with r before it is used, so that the first evaluation moves nothing. For spaces that keep every edge.
/// </summary>
/// <remarks><c>reinforce.py</c> of <c>D-X-Y/AutoDL-Projects</c>. Logits begin at 1e-3 · N(0, 1); Adam has the defaults of PyTorch. The
/// policy is fitted anew to the whole trace at every call. Not verified: the learning rate of the paper. The documented command of
/// NAS-Bench-201 has 0.5, with which our results are far below the published ones; NATS-Bench has 0.01.</remarks>
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
        foreach (string fault in EdgeChoices.Faults(space, $"The strategy '{Name}'"))
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
        var choices = new EdgeChoices(context.Space);
        return choices.Genotype([.. Policy(context, choices).Select(edge => context.Random.Categorical(Softmax(edge)))]);
    }

    /// <summary>The logits of each edge behind a trace.</summary>
    internal double[][] Policy(StrategyContext context, EdgeChoices choices)
    {
        var random = new Random(context.Seed);
        double[][] Like(Func<double> value) => [.. Enumerable.Range(0, choices.Edges.Count)
            .Select(edge => choices.Columns(edge).Select(_ => value()).ToArray())];
        double[][] logits = Like(() => Start * Normal(random)), first = Like(() => 0), second = Like(() => 0);
        double rewards = 0, weights = 0;
        for (int step = 1; step <= context.Trace.Count; step++)
        {
            double reward = Percent * context.Trace[step - 1].Accuracy;
            rewards = (BaselineDecay * rewards) + ((1 - BaselineDecay) * reward);
            weights = (BaselineDecay * weights) + (1 - BaselineDecay);
            int[] taken = choices.Of(context.Trace[step - 1].Genotype);
            for (int edge = 0; edge < taken.Length; edge++)
            {
                double[] p = Softmax(logits[edge]);
                for (int k = 0; k < p.Length; k++)
                {
                    double gradient = (p[k] - (k == taken[edge] ? 1 : 0)) * (reward - (rewards / weights));
                    first[edge][k] = (FirstDecay * first[edge][k]) + ((1 - FirstDecay) * gradient);
                    second[edge][k] = (SecondDecay * second[edge][k]) + ((1 - SecondDecay) * gradient * gradient);
                    double mean = first[edge][k] / (1 - Math.Pow(FirstDecay, step));
                    double square = second[edge][k] / (1 - Math.Pow(SecondDecay, step));
                    logits[edge][k] -= LearningRate * mean / (Math.Sqrt(square) + Epsilon);
                }
            }
        }
        return logits;
    }

    private static double[] Softmax(double[] logits)
    {
        double most = logits.Max();
        double[] shares = [.. logits.Select(logit => Math.Exp(logit - most))];
        double sum = shares.Sum();
        return [.. shares.Select(share => share / sum)];
    }

    /// <summary>By Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
