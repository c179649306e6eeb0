namespace SingleDarts.Core.Spaces;

/// <summary>What an evaluation of a genotype gave.</summary>
/// <param name="Accuracy">Accuracy that the strategy maximises, 0 to 1, on samples that the final test does not use.</param>
/// <param name="Cost">What it cost, in the unit of the evaluator: seconds, or epochs of training.</param>
public sealed record Evaluation(double Accuracy, double Cost);
