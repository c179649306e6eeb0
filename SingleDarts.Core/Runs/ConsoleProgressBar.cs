using System.Diagnostics;

namespace SingleDarts.Core.Runs;

/// <summary>
/// A progress bar for console programs: redrawn in place at most ten times a second, or one line for each epoch if the output is
/// not a terminal.
/// </summary>
/// <param name="writer">Where to draw; standard error if <see langword="null"/>, so that results can be piped.</param>
public sealed class ConsoleProgressBar(TextWriter? writer = null) : IProgress<RunProgress>
{
    private const int Width = 30;
    private readonly TextWriter output = writer ?? Console.Error;
    private readonly bool redraws = writer is null && !Console.IsErrorRedirected;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan drawn = TimeSpan.FromSeconds(-1);
    private double first = -1;

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        bool epochEnds = value.Step == value.Steps;
        if (first < 0)
            first = value.Fraction;
        if (!epochEnds && (!redraws || clock.Elapsed - drawn < TimeSpan.FromSeconds(0.1)))
            return;
        drawn = clock.Elapsed;
        int filled = (int)Math.Round(value.Fraction * Width);
        double done = value.Fraction - first;
        string left = done > 0 ? $", {clock.Elapsed * ((1 - value.Fraction) / done):h\\:mm\\:ss} left" : "";
        string line = $"[{new string('#', filled)}{new string('.', Width - filled)}] epoch {value.Epoch}/{value.Epochs}, " +
            $"step {value.Step}/{value.Steps}{(value.Note is null ? "" : $", {value.Note}")}{left}";
        bool ends = epochEnds && value.Epoch == value.Epochs;
        output.Write(redraws ? $"\r{line,-79}{(ends ? "\n" : "")}" : line + "\n");
    }
}
