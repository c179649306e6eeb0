using System.Diagnostics;
using PaperTables.CommandLine;
using SingleDarts.Core.Sweeps;

namespace PaperTables.Sweeps;

/// <summary>Runs one trial in this process.</summary>
internal static class TrialWorker
{
    /// <param name="sweep">The sweep.</param>
    /// <param name="index">Number of the trial.</param>
    /// <param name="retryFailed">Whether a trial that failed is run again.</param>
    /// <param name="threads">CPU threads if the trial names no number.</param>
    /// <param name="stopAtEndOfInput">Whether the end of the standard input, of which a parent holds the other end, cancels.</param>
    /// <param name="cancellationToken">Ends the trial with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the trial can be resumed.</exception>
    public static async Task<int> RunAsync(
        SweepFolder sweep, int index, bool retryFailed, int threads, bool stopAtEndOfInput, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (stopAtEndOfInput)
            new Thread(() => CancelAtEndOfInput(stop)) { IsBackground = true }.Start();
        Trial trial = sweep.Plan.Trials[index];
        string name = SweepCommand.Name(sweep, trial);
        var runner = new SweepRunner(sweep, (context, token) =>
        {
            if (SearchTrial.PathOf(context.Trial) is { } data)
                Terminal.WriteLine($"trial {index} ({name}) reads {data}, which its options name");
            return SearchTrial.RunAsync(context, threads, token);
        }) { RetryFailed = retryFailed };
        try
        {
            TrialOutcome outcome = await runner.RunAsync(trial, stop.Token);
            // The owner may be a job that died on another machine: its lease runs out within the time for a heartbeat.
            for (var wait = Stopwatch.StartNew(); outcome == TrialOutcome.Taken && !stopAtEndOfInput &&
                wait.Elapsed < 1.2 * sweep.StaleAfter;)
            {
                await Task.Delay(sweep.StaleAfter / 20, stop.Token);
                outcome = await runner.RunAsync(trial, stop.Token);
            }
            switch (outcome)
            {
                case TrialOutcome.Done:
                    Terminal.WriteLine($"trial {index} ({name}) is done: {sweep.ReadResult(trial)?["genotype"]}");
                    return ExitCode.Success;
                case TrialOutcome.Taken:
                    Terminal.WriteLine(
                        $"trial {index} ({name}) is being run by {sweep.StatusOf(index).Owner ?? "another process"}; nothing to do here");
                    return ExitCode.Success;
                default:
                    TrialStatus failed = sweep.StatusOf(index);
                    Terminal.WriteErrorLine($"trial {index} ({name}) failed: {failed.Message}\n  log: {sweep.FailureLog(trial)}");
                    return ExitCode.Failure;
            }
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException($"trial {index} ({name}) was interrupted; the same command resumes it", e);
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
