namespace SingleDarts.Core.Training;

/// <summary>The loss or a weight became NaN or infinite. The last checkpoint is kept.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="epoch">Epoch, counted from 1.</param>
    /// <param name="step">Step within the epoch, counted from 1.</param>
    /// <param name="what">What was not finite.</param>
    /// <param name="checkpoint">Folder of the last good checkpoint, or <see langword="null"/> where none was saved.</param>
    public TrainingDivergedException(int epoch, int step, string what, string? checkpoint)
        : base($"The training diverged in epoch {epoch}, step {step}: {what} is not finite. " +
            (checkpoint is null ? "No checkpoint was saved. " : $"The last good checkpoint is kept in {checkpoint}. ") +
            "Lower the learning rate or clip the gradient.")
    {
        Epoch = epoch;
        Step = step;
        Checkpoint = checkpoint;
    }

    /// <summary>Epoch, counted from 1.</summary>
    public int Epoch { get; }

    /// <summary>Step within the epoch, counted from 1.</summary>
    public int Step { get; }

    /// <summary>Folder of the last good checkpoint, or <see langword="null"/> where none was saved.</summary>
    public string? Checkpoint { get; }
}
