using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Theory;

/// <summary>
/// The linear model of Section 4.2: an edge whose operations are o_i(x) = W_i x, mixed as x̄ = Σ p_i W_i x, with the gradients of Eq. 6
/// and 7, the effect of a training step (Eq. 9-14), and the single-level step (Eq. 16).
/// </summary>
/// <remarks>
/// δ is ∂L/∂x̄ of each sample, not divided by the batch size; all gradients are means over the batch. In print, Eq. 16 lacks the
/// previous value (α, w) and the minus sign, and the gradient below it keeps only the terms j = k of the double sum. Here both are
/// whole. The edge keeps its tensors but does not own them.
/// </remarks>
public sealed class LinearEdge
{
    /// <summary>Makes an edge.</summary>
    /// <param name="weights">W of shape [operations, outputs, inputs].</param>
    /// <param name="alpha">α of shape [operations]; α = ln p makes a softmax give p.</param>
    /// <param name="activation">How α becomes p.</param>
    /// <param name="learnable">Which operations have weights that learn; all if null. Eq. 7 exists for these only.</param>
    /// <exception cref="ArgumentException">Shapes or dtypes do not fit.</exception>
    public LinearEdge(
        Tensor weights, Tensor alpha, AlphaActivation activation = AlphaActivation.Softmax, IReadOnlyList<bool>? learnable = null)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.dim() != 3 || alpha.dim() != 1 || alpha.shape[0] != weights.shape[0] || alpha.dtype != weights.dtype)
        {
            throw new ArgumentException(
                $"weights are {weights.dtype} [{string.Join(", ", weights.shape)}] and alpha is {alpha.dtype} " +
                $"[{string.Join(", ", alpha.shape)}]; " +
                "expected [operations, outputs, inputs] and [operations] of one dtype.", nameof(weights));
        }
        if (learnable is not null && learnable.Count != alpha.shape[0])
            throw new ArgumentException($"learnable has {learnable.Count} values, expected {alpha.shape[0]}: one for each operation.",
                nameof(learnable));
        (Weights, Alpha, Activation, Learnable) = (weights, alpha, activation, learnable);
    }

    /// <summary>W of shape [operations, outputs, inputs].</summary>
    public Tensor Weights { get; }

    /// <summary>α of shape [operations].</summary>
    public Tensor Alpha { get; }

    /// <summary>How α becomes p.</summary>
    public AlphaActivation Activation { get; }

    /// <summary>Which operations have weights that learn; all if null.</summary>
    public IReadOnlyList<bool>? Learnable { get; }

    /// <summary>∂L/∂x̄ of each sample for the cross-entropy: softmax(x̄) − y.</summary>
    /// <param name="mixture">x̄ of shape [samples, classes].</param>
    /// <param name="labels">Class indices, int64 of shape [samples].</param>
    /// <returns>δ of shape [samples, classes].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a label is no class.</exception>
    public static Tensor CrossEntropyDelta(Tensor mixture, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(mixture);
        using var scope = NewDisposeScope();
        if (mixture.dim() != 2 || labels.dim() != 1 || labels.shape[0] != mixture.shape[0] || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"x̄ is [{string.Join(", ", mixture.shape)}] and labels are {labels.dtype} [{string.Join(", ", labels.shape)}]; expected " +
                "[samples, classes] and Int64 [samples].", nameof(labels));
        }
        long[] all = Host.Numbers<long>(labels);
        if (all.Length > 0 && (all.Min() < 0 || all.Max() >= mixture.shape[1]))
        {
            throw new ArgumentException(
                $"Labels reach from {all.Min()} to {all.Max()}, expected within 0 and {mixture.shape[1] - 1}.",
                nameof(labels));
        }
        return (mixture.softmax(1) - nn.functional.one_hot(labels, mixture.shape[1])).MoveToOuterDisposeScope();
    }

    /// <summary>p of shape [operations], from α.</summary>
    public Tensor Probabilities() => Activation == AlphaActivation.Softmax ? Alpha.softmax(0) : Alpha.sigmoid();

    /// <summary>x̄ = Σ p_i W_i x.</summary>
    /// <param name="x">Inputs of shape [samples, inputs].</param>
    /// <returns>Shape [samples, outputs].</returns>
    /// <exception cref="ArgumentException">x does not fit.</exception>
    public Tensor Mixture(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        RequireInputs(x);
        using var scope = NewDisposeScope();
        return x.mm(einsum("n,ncd->dc", Probabilities(), Weights)).MoveToOuterDisposeScope();
    }

    /// <summary>Eq. 6: ∂L/∂p_i = (1/N) Σ_j δ_j · (W_i x_j).</summary>
    /// <param name="x">Inputs of shape [N, inputs].</param>
    /// <param name="delta">δ of shape [N, outputs].</param>
    /// <returns>Shape [operations].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor ProbabilityGradient(Tensor x, Tensor delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        return (Weights * MeanOuter(x, delta)).sum([1, 2]).MoveToOuterDisposeScope();
    }

    /// <summary>Eq. 7: ∂L/∂W_i = (p_i/N) Σ_j δ_j x_jᵀ; 0 for an operation that does not learn.</summary>
    /// <param name="x">Inputs of shape [N, inputs].</param>
    /// <param name="delta">δ of shape [N, outputs].</param>
    /// <returns>Shape [operations, outputs, inputs].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor WeightGradient(Tensor x, Tensor delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        return (LearningProbabilities().view(-1, 1, 1) * MeanOuter(x, delta)).MoveToOuterDisposeScope();
    }

    /// <summary>∂L/∂α from ∂L/∂p: through the softmax (Section 4.2) or the sigmoid (Section 4.3).</summary>
    /// <param name="x">Inputs of shape [N, inputs].</param>
    /// <param name="delta">δ of shape [N, outputs].</param>
    /// <returns>Shape [operations].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor ArchitectureGradient(Tensor x, Tensor delta)
    {
        using var scope = NewDisposeScope();
        Tensor p = Probabilities(), gradient = ProbabilityGradient(x, delta);
        return (Activation == AlphaActivation.Softmax ? AlphaGradient.Softmax(p, gradient) : AlphaGradient.Sigmoid(p, gradient))
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Eq. 9-14: what one training step on (x', δ') adds to ∂L/∂p_i on (x, δ), −(η p_i/(N M)) Σ_j Σ_k (δ_j · δ'_k)(x'_k · x_j). Exact for
    /// a given δ: <c>TrainingStep(x', δ', η).ProbabilityGradient(x, δ) = ProbabilityGradient(x, δ) + TrainingTerm(...)</c>.
    /// </summary>
    /// <param name="x">Inputs that ∂L/∂p is taken on, [N, inputs].</param>
    /// <param name="delta">Their δ after the step, [N, outputs].</param>
    /// <param name="trainingX">Inputs that the weights learned from, [M, inputs].</param>
    /// <param name="trainingDelta">Their δ' before the step, [M, outputs].</param>
    /// <param name="learningRate">η of the weights, above 0.</param>
    /// <returns>Shape [operations]; never positive where both batches and their δ are the same; 0 for an operation that does not
    /// learn.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or η is out of range.</exception>
    public Tensor TrainingTerm(Tensor x, Tensor delta, Tensor trainingX, Tensor trainingDelta, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(trainingDelta);
        ArgumentNullException.ThrowIfNull(trainingX);
        ArgumentNullException.ThrowIfNull(x);
        Inputs.Positive(learningRate, nameof(learningRate));
        using var scope = NewDisposeScope();
        Tensor correlation = (MeanOuter(x, delta) * MeanOuter(trainingX, trainingDelta)).sum();
        return ((LearningProbabilities() * correlation).Times(-learningRate)).MoveToOuterDisposeScope();
    }

    /// <summary>The edge after W_i ← W_i − η ∂L/∂W_i (the bi-level scheme's step of the weights); α stays.</summary>
    /// <param name="trainingX">Inputs of shape [M, inputs].</param>
    /// <param name="trainingDelta">δ' of shape [M, outputs].</param>
    /// <param name="learningRate">η, above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or η is out of range.</exception>
    public LinearEdge TrainingStep(Tensor trainingX, Tensor trainingDelta, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(trainingDelta);
        ArgumentNullException.ThrowIfNull(trainingX);
        Inputs.Positive(learningRate, nameof(learningRate));
        using var scope = NewDisposeScope();
        Tensor moved = Weights - WeightGradient(trainingX, trainingDelta).Times(learningRate);
        return new LinearEdge(moved.MoveToOuterDisposeScope(), Alpha, Activation, Learnable);
    }

    /// <summary>Eq. 16 as meant: (α, w) ← (α, w) − η ∇_{α,w} L(α, w), both from the same batch and the same old values.</summary>
    /// <param name="x">Inputs of shape [N, inputs].</param>
    /// <param name="labels">Class indices, int64 of shape [N]; the loss is the mean cross-entropy of x̄.</param>
    /// <param name="learningRate">η, above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or η is out of range.</exception>
    public LinearEdge SingleLevelStep(Tensor x, Tensor labels, double learningRate)
    {
        Inputs.Positive(learningRate, nameof(learningRate));
        using var scope = NewDisposeScope();
        Tensor delta = CrossEntropyDelta(Mixture(x), labels);
        Tensor alpha = Alpha - ArchitectureGradient(x, delta).Times(learningRate), weights = Weights - WeightGradient(x, delta)
            .Times(learningRate);
        return new LinearEdge(weights.MoveToOuterDisposeScope(), alpha.MoveToOuterDisposeScope(), Activation, Learnable);
    }

    private Tensor LearningProbabilities() => Learnable is null
        ? Probabilities()
        : Probabilities() * tensor([.. Learnable.Select(l => l ? 1.0 : 0.0)], dtype: Alpha.dtype, device: Alpha.device);

    private Tensor MeanOuter(Tensor x, Tensor delta)
    {
        RequireInputs(x);
        if (delta.dim() != 2 || delta.shape[0] != x.shape[0] || delta.shape[1] != Weights.shape[1] || delta.dtype != Weights.dtype)
        {
            throw new ArgumentException(
                $"delta is {delta.dtype} [{string.Join(", ", delta.shape)}], expected {Weights.dtype} [{x.shape[0]}, {Weights.shape[1]}].",
                nameof(delta));
        }
        return OuterProductCorrelation.OuterSum(delta, x).Over(x.shape[0]);
    }

    private void RequireInputs(Tensor x)
    {
        if (x.dim() != 2 || x.shape[0] < 1 || x.shape[1] != Weights.shape[2] || x.dtype != Weights.dtype)
        {
            throw new ArgumentException(
                $"x is {x.dtype} [{string.Join(", ", x.shape)}], expected {Weights.dtype} [samples, {Weights.shape[2]}] with at least " +
                "one sample.", nameof(x));
        }
    }
}
