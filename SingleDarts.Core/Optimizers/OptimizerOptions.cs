namespace SingleDarts.Core.Optimizers;

/// <summary>Which optimiser moves parameters, and its settings.</summary>
/// <param name="LearningRate">Learning rate at the start.</param>
/// <param name="WeightDecay">Weight decay (L2), added to the gradient.</param>
public abstract record OptimizerOptions(double LearningRate, double WeightDecay)
{
    private protected static string? Require(bool holds, string what, string name, double value, string expected) =>
        holds ? null : $"The {name} of the {what} optimiser is {value}; expected {expected}.";

    internal virtual IEnumerable<string?> Faults(string what) =>
    [
        Require(double.IsFinite(LearningRate) && LearningRate > 0, what, "learning rate", LearningRate, "a positive number"),
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), what, "weight decay", WeightDecay, "0 or more"),
    ];
}
