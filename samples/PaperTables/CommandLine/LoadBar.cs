using SingleDarts.Core.Data;

namespace PaperTables.CommandLine;

/// <summary>Tells every tenth of a load on the error stream.</summary>
internal sealed class LoadBar : IProgress<LoadProgress>
{
    private int shown = -1;

    public void Report(LoadProgress value)
    {
        int tenths = value.Total == 0 ? 10 : (int)(10 * value.Done / value.Total!);
        if (tenths == shown)
            return;
        shown = tenths;
        Terminal.WriteErrorLine($"loading {10 * tenths}%");
    }
}
