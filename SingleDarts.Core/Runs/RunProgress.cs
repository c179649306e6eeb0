namespace SingleDarts.Core.Runs;

/// <summary>Progress of a run, reported after every step.</summary>
/// <param name="Epoch">Number of the epoch, counted from 1.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="Step">Steps of this epoch that are done.</param>
/// <param name="Steps">Steps of an epoch.</param>
public readonly record struct RunProgress(int Epoch, int Epochs, int Step, int Steps)
{
    /// <summary>What else there is to say, for example how many candidates a pruned search has left; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Share of the run that is done, 0 to 1.</summary>
    public double Fraction => ((Epoch - 1) + (double)Step / Steps) / Epochs;
}
