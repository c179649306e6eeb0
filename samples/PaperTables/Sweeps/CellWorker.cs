using System.Diagnostics;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>Runs one cell in this process.</summary>
internal static class CellWorker
{
    /// <param name="sweep">The sweep.</param>
    /// <param name="index">Number of the cell.</param>
    /// <param name="retryFailed">Whether a cell that failed is run again.</param>
    /// <param name="threads">CPU threads where the cell names no number.</param>
    /// <param name="stopAtEndOfInput">Whether the end of the standard input, of which a parent holds the other end, cancels.</param>
    public static async Task<int> RunAsync(SweepFolder sweep, int index, bool retryFailed, int threads, bool stopAtEndOfInput)
    {
        using var termination = new Termination();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(termination.Token);
        if (stopAtEndOfInput)
            new Thread(() => CancelAtEndOfInput(stop)) { IsBackground = true }.Start();
        Trial cell = sweep.Plan.Cells[index];
        string name = SweepCommand.Name(sweep, cell);
        var runner = new SweepRunner(sweep, (context, token) => SearchCell.RunAsync(context, threads, token)) { RetryFailed = retryFailed };
        try
        {
            TrialOutcome outcome = await runner.RunAsync(cell, stop.Token);
            // The owner may be a job that died on another machine: its claim runs out within the time for a heartbeat.
            for (var wait = Stopwatch.StartNew(); outcome == TrialOutcome.Taken && !stopAtEndOfInput && wait.Elapsed < 1.2 * sweep.StaleAfter;)
            {
                await Task.Delay(sweep.StaleAfter / 20, stop.Token);
                outcome = await runner.RunAsync(cell, stop.Token);
            }
            switch (outcome)
            {
                case TrialOutcome.Done:
                    Console.WriteLine($"cell {index} ({name}) is done: {sweep.ReadResult(cell)?["genotype"]}");
                    return ExitCode.Success;
                case TrialOutcome.Taken:
                    Console.WriteLine($"cell {index} ({name}) is being run by {sweep.StatusOf(index).Owner ?? "another process"}; nothing to do here");
                    return ExitCode.Success;
                default:
                    TrialStatus failed = sweep.StatusOf(index);
                    Console.Error.WriteLine($"cell {index} ({name}) failed: {failed.Message}\n  log: {sweep.FailureLog(cell)}");
                    return ExitCode.Failure;
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"cell {index} ({name}) was interrupted; the same command goes on with it");
            return termination.ExitCodeOfSignal;
        }
    }

    private static void CancelAtEndOfInput(CancellationTokenSource stop)
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0) { }
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
