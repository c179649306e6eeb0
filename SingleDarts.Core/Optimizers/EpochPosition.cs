namespace SingleDarts.Core.Optimizers;

/// <summary>A moment of a search or training, by which everything that moves with the epoch is taken: learning rates, temperatures, the
/// share of dropped paths.</summary>
/// <param name="Epoch">Epoch e, counted from 0; within a stage of a search that has stages.</param>
/// <param name="Fraction">Share of the epoch that is done, within [0, 1).</param>
/// <param name="Epochs">Number of epochs E; of the stage if the search has stages.</param>
public readonly record struct EpochPosition(int Epoch, double Fraction, int Epochs)
{
    /// <summary>Stage of a search that has stages, counted from 0.</summary>
    public int Stage { get; init; }

    /// <summary>A number that the rules of a search decided after an earlier epoch; null before the first decision
    /// (<see cref="FeedbackSchedule"/>).</summary>
    public double? Feedback { get; init; }

    /// <summary>Share that is done, (e + fraction) / E, within [0, 1).</summary>
    public double Progress => (Epoch + Fraction) / Epochs;
}
