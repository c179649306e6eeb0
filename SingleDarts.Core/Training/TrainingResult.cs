namespace SingleDarts.Core.Training;

/// <summary>What a training gave. The network that was given holds the final weights.</summary>
/// <param name="Epochs">Reports of all epochs, those before a resume included.</param>
/// <param name="WeightsFile">Path of <c>weights.safetensors</c>, or <see langword="null"/> if nothing was saved.</param>
/// <param name="EmaWeightsFile">Path of <c>weights-average.safetensors</c>, or <see langword="null"/> if there is none.</param>
public sealed record TrainingResult(IReadOnlyList<TrainingEpochReport> Epochs, string? WeightsFile, string? EmaWeightsFile)
{
    /// <summary>The final weights on the test samples; <see langword="null"/> if there are none.</summary>
    public EvaluationReport? Test => Epochs[^1].Test;

    /// <summary>The final moving average of the weights on the test samples; <see langword="null"/> if there is none.</summary>
    public EvaluationReport? EmaTest => Epochs[^1].EmaTest;
}
