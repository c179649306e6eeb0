using System.Text.Json.Nodes;

namespace SingleDarts.Core.Sweeps;

/// <summary>Runs trials of a sweep in this process, one after the other. Several runners may work on one folder.</summary>
/// <param name="folder">The sweep.</param>
/// <param name="run">
/// Runs or resumes a trial and returns the result. Any exception but a cancellation makes the trial fail.
/// </param>
public sealed class SweepRunner(SweepFolder folder, Func<TrialContext, CancellationToken, Task<JsonObject>> run)
{
    /// <summary>Whether trials that failed are run again.</summary>
    /// <value>False.</value>
    public bool RetryFailed { get; init; }

    /// <summary>Runs every trial that is not done, failed or taken, in the order of the plan. A trial that fails does not stop the
    /// others.</summary>
    /// <param name="cancellationToken">Ends the trial in progress and the sweep; both can be resumed.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="IOException">The sweep's folder cannot be written.</exception>
    public async Task<SweepStatus> RunAsync(CancellationToken cancellationToken = default)
    {
        foreach (Trial trial in folder.Plan.Trials)
            await RunAsync(trial, cancellationToken).ConfigureAwait(false);
        return folder.Status();
    }

    /// <summary>Runs one trial, unless it is done, failed or taken.</summary>
    /// <param name="trial">A trial of the plan.</param>
    /// <param name="cancellationToken">Ends the trial; it can be resumed.</param>
    /// <exception cref="OperationCanceledException">Cancelled, or another process took the trial because this one gave no sign of
    /// life.</exception>
    /// <exception cref="IOException">The result or the failure cannot be written; nothing is half-written, and the trial is free
    /// again.</exception>
    public async Task<TrialOutcome> RunAsync(Trial trial, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using TrialLease? lease = folder.TryLease(trial, RetryFailed);
        if (lease is null)
            return File.Exists(folder.ResultFile(trial)) ? TrialOutcome.Done
                : File.Exists(folder.FailureFile(trial)) && !RetryFailed ? TrialOutcome.Failed : TrialOutcome.Taken;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            JsonObject result;
            using (var log = new StreamWriter(folder.Files.Open(folder.RunLog(trial), FileMode.Append, FileShare.ReadWrite)))
            {
                log.AutoFlush = true;
                result = await run(new TrialContext(trial, folder.RunFolder(trial), log), stop.Token).ConfigureAwait(false);
            }
            lease.Complete(result);
            return TrialOutcome.Done;
        }
        catch (Exception e) when (!(e is OperationCanceledException && stop.IsCancellationRequested))
        {
            Record(lease, e);
            return TrialOutcome.Failed;
        }
    }

    /// <summary>What the trial said; why that is not known if its log cannot be read, or is a link to a file of somebody else.</summary>
    private string Log(Trial trial)
    {
        try
        {
            return folder.RunLog(trial) is var log && File.Exists(log) ? File.ReadAllText(log) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The log cannot be read: {e.Message}\n";
        }
    }

    private void Record(TrialLease lease, Exception failure)
    {
        try
        {
            lease.Fail(failure.Message, $"{Log(lease.Trial)}{failure}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Trial {lease.Trial} failed: {failure.Message} That could not be recorded: {e.Message}", failure);
        }
    }
}
