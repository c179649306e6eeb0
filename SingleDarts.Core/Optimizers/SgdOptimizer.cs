using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Optimizers;

/// <summary>
/// SGD: g ← g + λ w; b ← μ b + g (b ← g at the first step); w ← w − η b, or w ← w − η (g + μ b) with Nesterov's momentum.
/// </summary>
internal sealed class SgdOptimizer(SgdOptions options) : Optimizer
{
    private const string Name = "momentum";
    private Tensor? buffer;

    /// <summary>b, [sum of sizes]; null before the first step and without momentum.</summary>
    public Tensor? Momentum => buffer;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor? All)> State => [(Name, buffer)];

    /// <inheritdoc/>
    public override void Step(Tensor parameters, Tensor gradient, double learningRate)
    {
        if (options.WeightDecay != 0)
            gradient = gradient.Plus(parameters, options.WeightDecay);
        if (options.Momentum != 0)
        {
            if (buffer is null)
                buffer = gradient.clone().DetachFromDisposeScope();
            else
                buffer.Times_(options.Momentum).Plus_(gradient);
            gradient = options.Nesterov ? gradient.Plus(buffer, options.Momentum) : buffer;
        }
        parameters.Plus_(gradient, -learningRate);
    }

    /// <inheritdoc/>
    public override void Restart() => Load(Name, null);

    /// <inheritdoc/>
    public override void Load(string name, Tensor? all)
    {
        buffer?.Dispose();
        buffer = all?.DetachFromDisposeScope();
    }
}
