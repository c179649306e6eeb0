namespace SingleDarts.Core.Theory;

/// <summary>
/// Theorem 4.1 on one case: the operation that fits the label better has the smaller gradient of its probability. L = −yᵀ ln
/// softmax(x̄), x̄ = Σ p_k x_k, t = softmax(x̄), q_k = softmax(x_k), CE(x) = −yᵀ ln softmax(x).
/// </summary>
/// <remarks>
/// The error in the printed "≈" and "≲" is known exactly: ∂L/∂p_k = CE(x_k) − KL(t‖q_k) − H(t). The proof is in
/// docs/explanation/theorems.md.
/// </remarks>
public sealed class InformationGainOrdering
{
    private const double Epsilon = 1e-12;

    /// <summary>Checks the theorem for a pair of operations.</summary>
    /// <param name="outputs">x_k, the output of each operation: n ≥ 2 vectors of one length C, the logits of C classes.</param>
    /// <param name="probabilities">p of shape [n], a distribution.</param>
    /// <param name="label">The class at which the one-hot y is 1, within 0 and C − 1.</param>
    /// <param name="better">i, the operation with the smaller cross-entropy.</param>
    /// <param name="worse">j, the other operation.</param>
    /// <param name="tolerance">The largest KL(t‖q_k), in nats, that counts as "≈ 0" in the printed form.</param>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, p is no distribution, or an index is out of
    /// range.</exception>
    public InformationGainOrdering(
        IReadOnlyList<double[]> outputs, IReadOnlyList<double> probabilities, int label, int better, int worse, double tolerance = 0.01)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        Inputs.Pair(better, worse, outputs.Count);
        Inputs.Positive(tolerance, nameof(tolerance));
        int classes = outputs[0].Length;
        Inputs.Index(label, nameof(label), classes);
        if (outputs.FirstOrDefault(x => x.Length != classes) is { } odd)
            throw new ArgumentException($"An output has {odd.Length} classes where the first has {classes}; all must agree.",
                nameof(outputs));
        foreach (double[] x in outputs)
            Inputs.Finite(x, nameof(outputs));
        double[] p = Inputs.Distribution(probabilities, nameof(probabilities), outputs.Count);

        double[] mixture = [.. Enumerable.Range(0, classes).Select(l => outputs.Select((x, k) => p[k] * x[l]).Sum())];
        double[] logT = LogSoftmax(mixture), t = [.. logT.Select(Math.Exp)];
        double[][] logQ = [.. outputs.Select(LogSoftmax)];
        Entropy = -Dot(t, logT);
        Gradients = [.. outputs.Select(x => Dot(t, x) - x[label])];
        CrossEntropies = [.. logQ.Select(q => -q[label])];
        Divergences = [.. logQ.Select(q => t.Select((v, l) => v * (logT[l] - q[l])).Sum())];

        double informationGain = CrossEntropies[worse] - CrossEntropies[better];
        GradientDifference = Gradients[better] - Gradients[worse];
        ExactDifference = -informationGain - (Divergences[better] - Divergences[worse]);
        double rounding = Epsilon * (1 + Math.Abs(Gradients[better]) + Math.Abs(Gradients[worse]));
        Printed = new Claim(Conclusion,
            [
                Assumption.AtMost("KL(t‖q_k) ≈ 0 for all k", Divergences.Max(), tolerance),
                Assumption.AtMost("CE(x_i) ≤ CE(x_j)", CrossEntropies[better], CrossEntropies[worse]),
            ],
            Gradients[better], Gradients[worse], rounding);
        Corrected = new Claim(Conclusion,
            [Assumption.AtMost("KL(t‖q_j) − KL(t‖q_i) ≤ CE(x_j) − CE(x_i)", Divergences[worse] - Divergences[better], informationGain)],
            Gradients[better], Gradients[worse], rounding);
    }

    /// <summary>The theorem in words.</summary>
    public static TheoremStatement Statement { get; } = new(
        "Theorem 4.1", "Section 4.1, Eq. 3-5",
        "If KL(softmax(x̄) ‖ softmax(x_k)) ≈ 0 for all k and CE(x_i) ≤ CE(x_j), then ∂L/∂p_i ≲ ∂L/∂p_j.",
        TheoremVerdict.HoldsUpToAnError,
        "The gradients differ by the difference of the cross-entropies less that of the divergences. However small the divergences " +
        "are, the " +
        "cross-entropies may differ by less, and then the order can be the other one.",
        "∂L/∂p_i − ∂L/∂p_j = [CE(x_i) − CE(x_j)] − [KL(t‖q_i) − KL(t‖q_j)], so ∂L/∂p_i ≤ ∂L/∂p_j exactly if " +
        "CE(x_j) − CE(x_i) ≥ KL(t‖q_j) − KL(t‖q_i).");

    /// <summary>∂L/∂p_k = tᵀx_k − yᵀx_k, of shape [n].</summary>
    public IReadOnlyList<double> Gradients { get; }

    /// <summary>CE(x_k) in nats, of shape [n].</summary>
    public IReadOnlyList<double> CrossEntropies { get; }

    /// <summary>KL(t‖q_k) in nats, of shape [n].</summary>
    public IReadOnlyList<double> Divergences { get; }

    /// <summary>H(t), the entropy of the mixture's prediction, in nats.</summary>
    public double Entropy { get; }

    /// <summary>∂L/∂p_i − ∂L/∂p_j from the gradients themselves: left side of the identity.</summary>
    public double GradientDifference { get; }

    /// <summary>[CE(x_i) − CE(x_j)] − [KL(t‖q_i) − KL(t‖q_j)]: right side of the identity.</summary>
    public double ExactDifference { get; }

    /// <summary>The theorem as printed: left ∂L/∂p_i, right ∂L/∂p_j, "≲" read as "≤".</summary>
    public Claim Printed { get; }

    /// <summary>The same conclusion from the assumption that is enough, and needed.</summary>
    public Claim Corrected { get; }

    private static string Conclusion => "∂L/∂p_i ≤ ∂L/∂p_j";

    private static double Dot(double[] a, double[] b) => a.Zip(b, (u, v) => u * v).Sum();

    private static double[] LogSoftmax(double[] x)
    {
        double max = x.Max(), log = max + Math.Log(x.Sum(v => Math.Exp(v - max)));
        return [.. x.Select(v => v - log)];
    }
}
