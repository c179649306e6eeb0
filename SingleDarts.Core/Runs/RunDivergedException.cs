namespace SingleDarts.Core.Runs;

/// <summary>The loss, a weight or α became NaN or infinite. The last good checkpoint is kept.</summary>
public sealed class RunDivergedException : Exception
{
    internal RunDivergedException(string kind, int epoch, int step, string what, string? checkpoint)
        : base($"The {kind} diverged in epoch {epoch}, step {step}: {what} is not finite. " +
            (checkpoint is null ? "No checkpoint was saved. " : $"The last good checkpoint is kept in {checkpoint}. ") +
            "Lower the learning rate or clip the gradient.")
    {
        Epoch = epoch;
        Step = step;
        What = what;
        Checkpoint = checkpoint;
    }

    /// <summary>Epoch, counted from 1.</summary>
    public int Epoch { get; }

    /// <summary>Step within the epoch, counted from 1.</summary>
    public int Step { get; }

    /// <summary>What is not finite, for example <c>the loss</c>.</summary>
    public string What { get; }

    /// <summary>Folder of the last good checkpoint, or <see langword="null"/> if none was saved.</summary>
    public string? Checkpoint { get; }
}
