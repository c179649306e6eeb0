namespace SingleDarts.Core.Optimizers;

/// <summary>Adam, with weight decay added to the gradient.</summary>
/// <param name="LearningRate">Learning rate at the start.</param>
/// <param name="Beta1">Decay of the first moment, within [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, within [0, 1).</param>
/// <param name="WeightDecay">Weight decay (L2).</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public sealed record AdamOptions(
    double LearningRate, double Beta1 = 0.9, double Beta2 = 0.999, double WeightDecay = 0, double Epsilon = 1e-8)
    : OptimizerOptions(LearningRate, WeightDecay)
{
    internal override IEnumerable<string?> Faults(string what) =>
    [
        .. base.Faults(what),
        Require(Beta1 is >= 0 and < 1, what, "β1", Beta1, "a number within [0, 1)"),
        Require(Beta2 is >= 0 and < 1, what, "β2", Beta2, "a number within [0, 1)"),
        Require(Epsilon > 0, what, "ε", Epsilon, "a positive number"),
    ];
}
