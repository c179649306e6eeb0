using System.Text.Json.Nodes;

namespace SingleDarts.Core.Sweeps;

/// <summary>Runs cells of a sweep in this process, one after the other. Several runners may work on one folder.</summary>
/// <param name="folder">The sweep.</param>
/// <param name="run">
/// Runs a cell to its end, or goes on with it, and gives the result. What it throws makes the cell fail, a cancellation excepted.
/// </param>
public sealed class SweepRunner(SweepFolder folder, Func<TrialContext, CancellationToken, Task<JsonObject>> run)
{
    /// <summary>Whether cells that failed are run again. <value>False.</value></summary>
    public bool RetryFailed { get; init; }

    /// <summary>Runs every cell that is not done, failed or taken, in the order of the plan. A cell that fails does not stop the others.</summary>
    /// <param name="cancellationToken">Ends the cell in progress and the sweep; both can be gone on with.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="IOException">The sweep's folder cannot be written.</exception>
    public async Task<SweepStatus> RunAsync(CancellationToken cancellationToken = default)
    {
        foreach (Trial cell in folder.Plan.Cells)
            await RunAsync(cell, cancellationToken).ConfigureAwait(false);
        return folder.Status();
    }

    /// <summary>Runs one cell, unless it is done, failed or taken.</summary>
    /// <param name="cell">A cell of the plan.</param>
    /// <param name="cancellationToken">Ends the cell; it can be gone on with.</param>
    /// <exception cref="OperationCanceledException">Cancelled, or another process took the cell because this one gave no sign of life.</exception>
    /// <exception cref="IOException">The result or the failure cannot be written; nothing is half-written, and the cell is free again.</exception>
    public async Task<TrialOutcome> RunAsync(Trial cell, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using TrialLease? claim = folder.TryClaim(cell, RetryFailed);
        if (claim is null)
            return File.Exists(folder.ResultFile(cell)) ? TrialOutcome.Done
                : File.Exists(folder.FailureFile(cell)) && !RetryFailed ? TrialOutcome.Failed : TrialOutcome.Taken;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, claim.Lost);
        try
        {
            JsonObject result;
            using (StreamWriter log = new(new FileStream(folder.RunLog(cell), FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true })
                result = await run(new TrialContext(cell, folder.RunFolder(cell), log), stop.Token).ConfigureAwait(false);
            claim.Complete(result);
            return TrialOutcome.Done;
        }
        catch (Exception e) when (!(e is OperationCanceledException && stop.IsCancellationRequested))
        {
            Record(claim, e);
            return TrialOutcome.Failed;
        }
    }

    private void Record(TrialLease claim, Exception failure)
    {
        try
        {
            string log = File.Exists(folder.RunLog(claim.Cell)) ? File.ReadAllText(folder.RunLog(claim.Cell)) : "";
            claim.Fail(failure.Message, $"{log}{failure}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Cell {claim.Cell} failed: {failure.Message} That could not be recorded: {e.Message}", failure);
        }
    }
}
