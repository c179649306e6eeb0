using System.Text.Json.Serialization;
using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Training;

/// <summary>What one epoch of a training gave; one line of <c>epochs.jsonl</c>.</summary>
public sealed record TrainingEpochReport : RunReport
{
    /// <summary>Mean loss of the main classifier on the training batches, with label smoothing and augmentation.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Mean loss of the auxiliary classifier, before its weight; <see langword="null"/> if there is none.</summary>
    public required double? AuxiliaryLoss { get; init; }

    /// <summary>Accuracy on the training batches, 0 to 1, with augmentation and drop path.</summary>
    public required double TrainTop1 { get; init; }

    /// <summary>The weights on the test samples; <see langword="null"/> in epochs without an evaluation.</summary>
    public required EvaluationReport? Test { get; init; }

    /// <summary>The moving average of the weights on the test samples; <see langword="null"/> if there is none.</summary>
    [JsonPropertyName("averageTest")]
    public required EvaluationReport? EmaTest { get; init; }

    /// <summary>Learning rate in the last step of the epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Drop path probability of the epoch.</summary>
    public required double DropPathProbability { get; init; }

    /// <summary>Wall-clock seconds of the evaluation.</summary>
    [JsonPropertyOrder(3)]
    public required double EvaluationSeconds { get; init; }
}
