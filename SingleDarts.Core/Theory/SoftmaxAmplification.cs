namespace SingleDarts.Core.Theory;

/// <summary>
/// Theorem 4.2 on one case: under a softmax, an operation that is better and already more probable gains more. g_k = ∂L/∂x̄ · x_k =
/// ∂L/∂p_k, ḡ = Σ p_k g_k, ∂L/∂α_k = p_k (g_k − ḡ).
/// </summary>
/// <remarks>
/// True for two operations. As printed it is false in general for three or more; <see cref="Counterexample"/> gives a case and
/// <see cref="FindCounterexample"/> draws one. It holds whenever also g_j ≤ ḡ. The proof is in docs/explanation/theorems.md.
/// </remarks>
public sealed class SoftmaxAmplification
{
    /// <summary>Checks the theorem for a pair of operations.</summary>
    /// <param name="alpha">α of shape [n], n ≥ 2.</param>
    /// <param name="gradients">g of shape [n].</param>
    /// <param name="better">j, the operation with the smaller g.</param>
    /// <param name="worse">i, the other operation.</param>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, n &lt; 2, or an index is out of range.</exception>
    public SoftmaxAmplification(IReadOnlyList<double> alpha, IReadOnlyList<double> gradients, int better, int worse)
    {
        double[] a = Inputs.Finite(alpha, nameof(alpha)), g = Inputs.Finite(gradients, nameof(gradients), a.Length);
        Inputs.Pair(better, worse, a.Length);
        double[] p = AlphaGradient.SoftmaxOf(a), gradient = AlphaGradient.Softmax(p, g);
        (Alpha, Gradients, Better, Worse, Probabilities, AlphaGradients) = (a, g, better, worse, p, gradient);
        Mean = AlphaGradient.Mean(p, g);
        Assumption[] printed =
        [
            Assumption.Below("∂L/∂x̄ · x_j < ∂L/∂x̄ · x_i", g[better], g[worse]),
            Assumption.AtMost("α_i ≤ α_j", a[worse], a[better]),
        ];
        Printed = new Claim("∂L/∂α_j ≤ ∂L/∂α_i", printed, gradient[better], gradient[worse]);
        Corrected = Printed with { Assumptions = [.. printed, Assumption.AtMost("∂L/∂x̄ · x_j ≤ Σ p_k ∂L/∂x̄ · x_k", g[better], Mean)] };
    }

    /// <summary>The theorem in words.</summary>
    public static TheoremStatement Statement { get; } = new(
        "Theorem 4.2", "Section 4.2, \"Effect of activation function\"",
        "For p = softmax(α) and x̄ = Σ p_k x_k: if ∂L/∂x̄ · x_j < ∂L/∂x̄ · x_i and α_j ≥ α_i, then ∂L/∂α_j ≤ ∂L/∂α_i.",
        TheoremVerdict.FalseInGeneral,
        "True for two operations. With three or more, both can be worse than the mixture, and then the larger p_j pushes operation j " +
        "down harder: p_j = 0.5, p_i = 0.1, g_j − ḡ = 1, g_i − ḡ = 2 give 0.5 > 0.2.",
        "If also ∂L/∂x̄ · x_j ≤ Σ p_k ∂L/∂x̄ · x_k (operation j is no worse than the mixture), which the best operation always meets, " +
        "then " +
        "∂L/∂α_j ≤ ∂L/∂α_i.");

    /// <summary>α of shape [n].</summary>
    public IReadOnlyList<double> Alpha { get; }

    /// <summary>g_k = ∂L/∂x̄ · x_k of shape [n].</summary>
    public IReadOnlyList<double> Gradients { get; }

    /// <summary>j, the operation that the theorem takes for the better one.</summary>
    public int Better { get; }

    /// <summary>i, the other operation.</summary>
    public int Worse { get; }

    /// <summary>p = softmax(α) of shape [n].</summary>
    public IReadOnlyList<double> Probabilities { get; }

    /// <summary>ḡ = Σ p_k g_k: what the mixture does.</summary>
    public double Mean { get; }

    /// <summary>∂L/∂α_k = p_k (g_k − ḡ) of shape [n].</summary>
    public IReadOnlyList<double> AlphaGradients { get; }

    /// <summary>The theorem as printed: left ∂L/∂α_j, right ∂L/∂α_i.</summary>
    public Claim Printed { get; }

    /// <summary>The same conclusion with the assumption g_j ≤ ḡ added.</summary>
    public Claim Corrected { get; }

    /// <summary>
    /// The pattern behind all counterexamples: p_j = 0.5, p_i = 0.1, and all others so good that ḡ = 0 while g_j = 1 and g_i = 2. Then
    /// ∂L/∂α_j = 0.5 exceeds ∂L/∂α_i = 0.2.
    /// </summary>
    /// <param name="operations">n ≥ 3; the n − 2 others share p = 0.4 and have g = −1.75.</param>
    /// <returns>A case with <see cref="Better"/> 0 and <see cref="Worse"/> 1 whose <see cref="Printed"/> claim is broken.</returns>
    /// <exception cref="ArgumentOutOfRangeException">n is 1, where there is no pair, or 2, where the theorem is true.</exception>
    public static SoftmaxAmplification Counterexample(int operations)
    {
        RequireThree(operations);
        double[] alpha = new double[operations], gradients = new double[operations];
        Array.Fill(alpha, Math.Log(0.4 / (operations - 2)));
        Array.Fill(gradients, -1.75);
        (alpha[0], alpha[1], gradients[0], gradients[1]) = (Math.Log(0.5), Math.Log(0.1), 1, 2);
        return new SoftmaxAmplification(alpha, gradients, better: 0, worse: 1);
    }

    /// <summary>Draws α and g from standard normal distributions until the printed claim is broken: about one case in ten.</summary>
    /// <param name="operations">n ≥ 3.</param>
    /// <param name="random">Source of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is 1, where there is no pair, or 2, where the theorem is true.</exception>
    public static SoftmaxAmplification FindCounterexample(int operations, Random random)
    {
        RequireThree(operations);
        ArgumentNullException.ThrowIfNull(random);
        while (true)
        {
            SoftmaxAmplification drawn = Draw(operations, random);
            if (drawn.Printed.IsBroken)
                return drawn;
        }
    }

    /// <summary>A case with standard normal α and g; of operations 0 and 1, the one with the smaller g is <see cref="Better"/>.</summary>
    /// <param name="operations">n ≥ 2.</param>
    /// <param name="random">Source of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is less than 2.</exception>
    public static SoftmaxAmplification Draw(int operations, Random random)
    {
        Inputs.AtLeastTwo(operations, nameof(operations));
        ArgumentNullException.ThrowIfNull(random);
        double[] alpha = Normal(operations, random), gradients = Normal(operations, random);
        int better = gradients[0] < gradients[1] ? 0 : 1;
        return new SoftmaxAmplification(alpha, gradients, better, 1 - better);
    }

    private static double[] Normal(int count, Random random) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))];

    private static void RequireThree(int operations)
    {
        Inputs.AtLeastTwo(operations, nameof(operations));
        if (operations == 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(operations), operations,
                "Theorem 4.2 is true for two operations, so it has no counterexample; ask for three or more.");
        }
    }
}
