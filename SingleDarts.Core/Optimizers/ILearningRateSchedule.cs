namespace SingleDarts.Core.Optimizers;

/// <summary>A learning rate as a function of the moment, without state.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The learning rate at a moment.</summary>
    /// <param name="initial">Learning rate at the start.</param>
    /// <param name="epoch">Epoch, counted from 0.</param>
    /// <param name="fraction">Share of the epoch that is done, within [0, 1).</param>
    /// <param name="epochs">Number of epochs, T.</param>
    double At(double initial, int epoch, double fraction, int epochs);

    /// <summary>Error messages for invalid settings; empty if the schedule is valid.</summary>
    /// <param name="what">Whose schedule, for the sentences.</param>
    /// <param name="initial">Learning rate at the start.</param>
    IEnumerable<string> Faults(string what, double initial) => [];
}
