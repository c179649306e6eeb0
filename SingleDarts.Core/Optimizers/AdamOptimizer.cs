using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// Adam with weight decay in the gradient (Kingma and Ba, ICLR 2015): g ← g + λ w; m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²;
/// w ← w − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
/// </summary>
internal sealed class AdamOptimizer(AdamOptions options, Tensor parameters) : Optimizer
{
    private const string MeanName = "mean";
    private const string SquareName = "square";
    private long steps;
    private Tensor mean = zeros_like(parameters).detach().DetachFromDisposeScope();
    private Tensor square = zeros_like(parameters).detach().DetachFromDisposeScope();

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor? All)> State => [(MeanName, mean), (SquareName, square)];

    /// <inheritdoc/>
    public override long? Steps { get => steps; set => steps = value ?? 0; }

    /// <inheritdoc/>
    public override void Step(Tensor parameters, Tensor gradient, double learningRate)
    {
        steps++;
        double firstCorrection = 1 - Math.Pow(options.Beta1, steps), secondCorrection = 1 - Math.Pow(options.Beta2, steps);
        if (options.WeightDecay != 0)
            gradient = gradient.Plus(parameters, options.WeightDecay);
        mean.Times_(options.Beta1).Plus_(gradient, 1 - options.Beta1);
        using (var share = Scalars.Of(1 - options.Beta2))
            square.Times_(options.Beta2).addcmul_(gradient, gradient, share);
        Tensor deviation = square.sqrt().Over(Math.Sqrt(secondCorrection)).Plus_(options.Epsilon);
        using (var rate = Scalars.Of(-(learningRate / firstCorrection)))
            parameters.addcdiv_(mean, deviation, rate);
    }

    /// <inheritdoc/>
    public override void Restart()
    {
        steps = 0;
        mean.zero_();
        square.zero_();
    }

    /// <inheritdoc/>
    public override void Load(string name, Tensor? all)
    {
        ArgumentNullException.ThrowIfNull(all);
        ref Tensor state = ref (name == MeanName ? ref mean : ref square);
        state.Dispose();
        state = all.DetachFromDisposeScope();
    }
}
