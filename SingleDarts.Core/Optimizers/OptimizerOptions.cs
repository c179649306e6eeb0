namespace SingleDarts.Core.Optimizers;

/// <summary>Which optimiser moves parameters, and its settings.</summary>
/// <param name="LearningRate">Learning rate at the start.</param>
public abstract record OptimizerOptions(double LearningRate)
{
    private protected static string? Require(bool holds, string what, string name, double value, string expected) =>
        holds ? null : $"The {name} of the {what} optimiser is {value}; expected {expected}.";

    internal virtual IEnumerable<string?> Faults(string what) =>
        [Require(double.IsFinite(LearningRate) && LearningRate > 0, what, "learning rate", LearningRate, "a positive number")];
}
