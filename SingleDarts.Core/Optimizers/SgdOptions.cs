namespace SingleDarts.Core.Optimizers;

/// <summary>Stochastic gradient descent, with weight decay added to the gradient.</summary>
/// <param name="LearningRate">Learning rate at the start.</param>
/// <param name="Momentum">Momentum within [0, 1).</param>
/// <param name="WeightDecay">Weight decay (L2).</param>
/// <param name="Nesterov">Whether the momentum is Nesterov's.</param>
public sealed record SgdOptions(
    double LearningRate, double Momentum = 0.9, double WeightDecay = 0, bool Nesterov = false) : OptimizerOptions(LearningRate, WeightDecay)
{
    internal override IEnumerable<string?> Faults(string what) =>
    [
        .. base.Faults(what),
        Require(Momentum is >= 0 and < 1, what, "momentum", Momentum, "a number within [0, 1)"),
        Require(!Nesterov || Momentum > 0, what, "momentum", Momentum, "a positive number, because Nesterov's needs one"),
    ];
}
