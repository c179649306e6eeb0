namespace SingleDarts.Core.Theory;

/// <summary>
/// Bounds on the number of iterations until the best operation's softmax probability exceeds 1 − ε: Eq. 15 as printed, which does not
/// hold in general, and the two that do.
/// </summary>
/// <remarks>
/// n operations, learning rate η, margin δ = min ∂L/∂x̄ · (x_i − x_{i*}) held at every iteration, α_{i*} the largest at the start. All
/// scale as 1/(ηδ). The proofs are in docs/explanation/theorems.md.
/// </remarks>
public static class CollapseBound
{
    /// <summary>
    /// F(p) = 2 ln(p/(1 − p)) − 1/p + 1/(1 − p), an antiderivative of 1/(p² (1 − p)²) with F(1/2) = 0: a clock that gains at least ηδ
    /// in each unit of time under gradient flow.
    /// </summary>
    /// <param name="p">A probability within (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not within (0, 1).</exception>
    public static double F(double p)
    {
        Inputs.InsideUnit(p, nameof(p));
        return 2 * Logit(p) - 1 / p + 1 / (1 - p);
    }

    /// <summary>Eq. 15 as printed: n ln((1 − ε) n) / (ηδ). False in general; see <see cref="CollapseTime.FindCounterexample"/>.</summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="epsilon">ε within (0, 1).</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="margin">δ > 0.</param>
    /// <returns>Iterations; negative if 1 − ε &lt; 1/n, which holds from the start.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static double Printed(int operations, double epsilon, double learningRate, double margin)
    {
        Require(operations, epsilon, learningRate, margin);
        return operations * Math.Log((1 - epsilon) * operations) / (learningRate * margin);
    }

    /// <summary>
    /// Gradient flow dα/dt = −η ∂L/∂α: (n − 1)/n · [F(1 − ε) − F(p_0)] / (ηδ). Equality holds when all other operations have equal α
    /// and equal margins, so no smaller bound in these quantities exists.
    /// </summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="epsilon">ε within (0, 1).</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="margin">δ > 0.</param>
    /// <param name="start">p_0 of the best operation, within [1/n, 1]; 1/n where none is given.</param>
    /// <returns>Time, in iterations; 0 if p_0 is above 1 − ε already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static double GradientFlow(int operations, double epsilon, double learningRate, double margin, double? start = null)
    {
        double p = Start(operations, epsilon, learningRate, margin, start);
        return p > 1 - epsilon ? 0 : (operations - 1.0) / operations * (-F(epsilon) - F(p)) / (learningRate * margin);
    }

    /// <summary>
    /// Gradient descent with steps of any size. With h = ηδ, first to p = 1/2 within ⌈min(ln((1 − p_0)/p_0) / (h p_0 (1 − p_0)),
    /// −F(p_0) e^{h/4} / h)⌉ iterations, then beyond 1 − ε within ⌊[F(1 − ε) − F(max(p_0, 1/2))] / h⌋ + 1.
    /// </summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="epsilon">ε within (0, 1).</param>
    /// <param name="learningRate">η > 0.</param>
    /// <param name="margin">δ > 0.</param>
    /// <param name="start">p_0 of the best operation, within [1/n, 1]; 1/n where none is given.</param>
    /// <returns>A whole number of iterations; 0 if p_0 is above 1 − ε already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static double GradientDescent(int operations, double epsilon, double learningRate, double margin, double? start = null)
    {
        double p = Start(operations, epsilon, learningRate, margin, start), h = learningRate * margin;
        if (p > 1 - epsilon)
            return 0;
        if (epsilon > 0.5)
            return Math.Floor(Rise(p, 1 - epsilon, h)) + 1;
        double toHalf = p < 0.5 ? Math.Ceiling(Rise(p, 0.5, h)) : 0;
        return toHalf + Math.Floor((-F(epsilon) - F(Math.Max(p, 0.5))) / h) + 1;
    }

    private static double Rise(double from, double to, double h) => Math.Min(
        (Logit(to) - Logit(from)) / (h * from * (1 - from)),
        (F(to) - F(from)) * Math.Exp(h / 4) / h);

    private static double Logit(double p) => Math.Log(p / (1 - p));

    private static double Start(int operations, double epsilon, double learningRate, double margin, double? start)
    {
        Require(operations, epsilon, learningRate, margin);
        double p = start ?? 1.0 / operations;
        if (!(p * operations >= 1 - 1e-9 && p <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), p, $"The largest of {operations} probabilities lies within [{1.0 / operations:G4}, 1].");
        }
        return p;
    }

    private static void Require(int operations, double epsilon, double learningRate, double margin)
    {
        Inputs.AtLeastTwo(operations, nameof(operations));
        Inputs.InsideUnit(epsilon, nameof(epsilon));
        Inputs.Positive(learningRate, nameof(learningRate));
        Inputs.Positive(margin, nameof(margin));
    }
}
