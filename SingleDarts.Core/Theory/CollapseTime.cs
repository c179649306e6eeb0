namespace SingleDarts.Core.Theory;

/// <summary>
/// Theorem 4.3 on one case: under a softmax and gradient descent on α with g_k = ∂L/∂x̄ · x_k held constant, the best operation i* =
/// argmin g takes everything, p_{i*} > 1 − ε, within a bounded number of iterations.
/// </summary>
/// <remarks>
/// The printed bound, Eq. 15, is false in general; <see cref="FindCounterexample"/> gives a case for any n ≥ 2. The time grows like 1/ε,
/// since the pull on α_{i*} carries the factor p_{i*} (1 − p_{i*}). <see cref="CollapseBound"/> has the bounds that hold.
/// </remarks>
public sealed class CollapseTime
{
    /// <summary>Runs gradient descent on a case and compares the iterations it takes with the bounds.</summary>
    /// <param name="alpha">α of shape [n] at the start, n ≥ 2.</param>
    /// <param name="gradients">g of shape [n], the same at every iteration, with one smallest value.</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="epsilon">ε within (0, 1).</param>
    /// <param name="maximumIterations">Where the simulation ends at the latest. An iteration costs O(n).</param>
    /// <exception cref="ArgumentException">
    /// Shapes differ, a value is not finite or out of its range, the margin δ is 0, or the bound exceeds
    /// <paramref name="maximumIterations"/>.
    /// </exception>
    public CollapseTime(
        IReadOnlyList<double> alpha, IReadOnlyList<double> gradients, double learningRate, double epsilon,
        int maximumIterations = 10_000_000)
    {
        double[] a = Inputs.Finite(alpha, nameof(alpha)), g = Inputs.Finite(gradients, nameof(gradients), a.Length);
        Inputs.AtLeastTwo(a.Length, nameof(alpha));
        Inputs.Positive(learningRate, nameof(learningRate));
        Inputs.InsideUnit(epsilon, nameof(epsilon));
        (LearningRate, Epsilon, Operations) = (learningRate, epsilon, a.Length);
        Best = Array.IndexOf(g, g.Min());
        Margin = g.Where((_, k) => k != Best).Min() - g[Best];
        if (Margin == 0)
        {
            throw new ArgumentException(
                $"The margin δ is 0: more than one operation has the smallest gradient {g[Best]}. Theorem 4.3 needs one best operation.",
                nameof(gradients));
        }
        Start = AlphaGradient.SoftmaxOf(a)[Best];
        Assumption largest = Assumption.AtMost("α_i ≤ α_{i*} for all i", a.Max(), a[Best]);
        double printed = Math.Max(0, CollapseBound.Printed(Operations, epsilon, learningRate, Margin));
        double corrected = largest.Holds ? CollapseBound.GradientDescent(Operations, epsilon, learningRate, Margin, Start) : double.NaN;
        if (corrected > maximumIterations)
        {
            throw new ArgumentOutOfRangeException(nameof(maximumIterations), maximumIterations,
                $"Up to {corrected:G4} iterations may be needed. Raise maximumIterations, or ε, η or the margin.");
        }
        Iterations = Simulate(a, g, learningRate, Best).TakeWhile((_, t) => t <= maximumIterations)
            .Select((rest, t) => (rest, t)).Where(s => s.rest < epsilon).Select(s => (int?)s.t).FirstOrDefault();
        double needed = Iterations ?? double.PositiveInfinity;
        Printed = new Claim("iterations to p_{i*} > 1 − ε ≤ n ln((1 − ε) n) / (ηδ)", [largest], needed, printed);
        Corrected = new Claim("iterations to p_{i*} > 1 − ε ≤ CollapseBound.GradientDescent", [largest], needed, corrected);
    }

    /// <summary>The theorem in words.</summary>
    public static TheoremStatement Statement { get; } = new(
        "Theorem 4.3", "Section 4.2, Eq. 15",
        "With i* = argmin ∂L/∂x̄ · x_i and margin δ = min_{i ≠ i*} ∂L/∂x̄ · (x_i − x_{i*}): if α_{i*} ≥ α_i for all i, then gradient " +
        "descent with " +
        "learning rate η reaches p_{i*} > 1 − ε in t ≤ n ln((1 − ε) n) / (ηδ) iterations.",
        TheoremVerdict.FalseInGeneral,
        "The pull on α_{i*} carries the factor p_{i*} (1 − p_{i*}), which vanishes as p_{i*} → 1, so that the time grows like 1/ε " +
        "while the " +
        "printed bound stays finite as ε → 0. Two operations, ε = 0.1 and ηδ = 0.05 take 133 iterations; the printed bound is 23.5.",
        "With F(p) = 2 ln(p/(1 − p)) − 1/p + 1/(1 − p), gradient flow needs at most (n − 1)/n · [F(1 − ε) − F(p_0)] / (ηδ); gradient " +
        "descent " +
        "at most the iterations of CollapseBound.GradientDescent. Fewer operations, a larger margin and a larger learning rate still " +
        "collapse sooner.");

    /// <summary>n.</summary>
    public int Operations { get; }

    /// <summary>η.</summary>
    public double LearningRate { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>i*, the operation with the smallest g.</summary>
    public int Best { get; }

    /// <summary>δ, by how much every other g exceeds that of i*; above 0.</summary>
    public double Margin { get; }

    /// <summary>p_0, the probability of i* at the start.</summary>
    public double Start { get; }

    /// <summary>The first iteration after which p_{i*} > 1 − ε, 0 if so at the start; null if the simulation ended before.</summary>
    public int? Iterations { get; }

    /// <summary>The theorem as printed: left the iterations needed (∞ if the simulation ended before), right Eq. 15, at least 0.</summary>
    public Claim Printed { get; }

    /// <summary>The corrected bound for gradient descent on the right; NaN where α_{i*} is not the largest.</summary>
    public Claim Corrected { get; }

    /// <summary>n operations that start with equal α, of which the first is better than each other one by δ.</summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="epsilon">ε within (0, 1).</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="margin">δ > 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or the bound exceeds ten million iterations.</exception>
    public static CollapseTime Uniform(int operations, double epsilon, double learningRate, double margin)
    {
        Inputs.AtLeastTwo(operations, nameof(operations));
        Inputs.Positive(margin, nameof(margin));
        return new CollapseTime(new double[operations], EqualMargins(operations, margin), learningRate, epsilon);
    }

    /// <summary>A case that breaks the printed bound: from ε = 0.1, ε is halved until it does.</summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="margin">δ > 0.</param>
    /// <exception cref="ArgumentException">
    /// n is 1, where p_{i*} = 1 from the start and nothing can be broken; another value is out of range; or the case takes more than ten
    /// million iterations.
    /// </exception>
    public static CollapseTime FindCounterexample(int operations, double learningRate = 0.05, double margin = 1)
    {
        if (operations == 1)
            throw new ArgumentOutOfRangeException(
                nameof(operations), operations, "One operation has p = 1 from the start: no counterexample.");
        for (double epsilon = 0.1; ; epsilon /= 2)
        {
            CollapseTime tried = Uniform(operations, epsilon, learningRate, margin);
            if (tried.Printed.IsBroken)
                return tried;
        }
    }

    /// <summary>Gradient descent α ← α − η p (g − ḡ) with constant g: 1 − p_{i*} before each iteration, without an end.</summary>
    /// <param name="alpha">α of shape [n] at the start, n ≥ 2.</param>
    /// <param name="gradients">g of shape [n].</param>
    /// <param name="learningRate">η > 0.</param>
    /// <returns>1 − p_{i*} at iteration 0, 1, 2, ..., as the sum of all other probabilities, so small values are exact too.</returns>
    /// <exception cref="ArgumentException">Shapes differ, or a value is not finite or out of its range.</exception>
    public static IEnumerable<double> Trajectory(IReadOnlyList<double> alpha, IReadOnlyList<double> gradients, double learningRate)
    {
        double[] a = Inputs.Finite(alpha, nameof(alpha)), g = Inputs.Finite(gradients, nameof(gradients), a.Length);
        Inputs.AtLeastTwo(a.Length, nameof(alpha));
        Inputs.Positive(learningRate, nameof(learningRate));
        return Simulate(a, g, learningRate, Array.IndexOf(g, g.Min()));
    }

    internal static double[] EqualMargins(int operations, double margin)
    {
        double[] gradients = new double[operations];
        Array.Fill(gradients, margin, 1, operations - 1);
        return gradients;
    }

    private static IEnumerable<double> Simulate(double[] start, double[] g, double learningRate, int best)
    {
        double[] alpha = [.. start], p = new double[start.Length];
        while (true)
        {
            double max = alpha.Max(), sum = 0, mean = 0, rest = 0;
            for (int k = 0; k < p.Length; k++)
            {
                p[k] = Math.Exp(alpha[k] - max);
                sum += p[k];
                rest += k == best ? 0 : p[k];
            }
            yield return rest / sum;
            for (int k = 0; k < p.Length; k++)
                mean += (p[k] /= sum) * g[k];
            for (int k = 0; k < p.Length; k++)
                alpha[k] -= learningRate * p[k] * (g[k] - mean);
        }
    }
}
