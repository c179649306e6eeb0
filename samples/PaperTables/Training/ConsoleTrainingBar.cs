using SingleDarts.Core.Training;

namespace PaperTables.Training;

/// <summary>Tells every tenth of an epoch on the error stream.</summary>
internal sealed class ConsoleTrainingBar : IProgress<TrainingProgress>
{
    private int shown = -1;

    public void Report(TrainingProgress value)
    {
        int tenths = 10 * value.Step / value.Steps;
        if (tenths == shown)
            return;
        shown = tenths;
        Console.Error.WriteLine($"epoch {value.Epoch}/{value.Epochs}, {10 * tenths}%");
    }
}
