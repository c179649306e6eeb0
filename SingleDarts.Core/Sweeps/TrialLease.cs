using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Sweeps;

/// <summary>
/// The lease of this process on a trial, which no other process holds. A heartbeat keeps it; if that fails for long (a machine asleep, a
/// file server away), another process may take the trial, and <see cref="Lost"/> is cancelled. Disposing gives up a trial that neither
/// completed nor failed: the next runner resumes it.
/// </summary>
public sealed class TrialLease : IDisposable
{
    private readonly SweepFolder folder;
    private readonly Leases leases;
    private readonly string file;
    private readonly LeaseOwner owner;
    private readonly CancellationTokenSource lost = new();
    private readonly Timer heartbeat;
    private readonly Lock writing = new();
    private bool released;

    internal TrialLease(SweepFolder folder, Leases leases, Trial trial, (int Attempt, string File, LeaseOwner Owner) taken)
    {
        this.folder = folder;
        this.leases = leases;
        Trial = trial;
        Attempt = taken.Attempt;
        file = taken.File;
        owner = taken.Owner;
        TimeSpan period = TimeSpan.FromSeconds(owner.StaleAfterSeconds / 10);
        heartbeat = new Timer(_ => Beat(), null, period, period);
    }

    /// <summary>The trial.</summary>
    public Trial Trial { get; }

    /// <summary>Number of this attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>Cancelled when another process has taken the trial, because no heartbeat of this one was seen for too long.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Writes the result, which appears whole.</summary>
    /// <param name="result">What the run gave; copied.</param>
    /// <exception cref="IOException">It cannot be written (nothing is left half-written), or another process has taken the
    /// trial.</exception>
    public void Complete(JsonObject result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RequireHeld();
        string failure = folder.FailureFile(Trial);
        AtomicFile.Write(folder.ResultFile(Trial), CanonicalJson.ForReaders(Frame(("result", result.DeepClone()))));
        File.Delete(failure);
        Dispose();
    }

    /// <summary>Records that the trial failed, with what its log says.</summary>
    /// <param name="message">What was found, what was expected, and the remedy.</param>
    /// <param name="log">What to keep beside the message.</param>
    /// <exception cref="IOException">It cannot be written, or another process has taken the trial.</exception>
    public void Fail(string message, string log)
    {
        RequireHeld();
        AtomicFile.Write(folder.FailureLog(Trial), log);
        AtomicFile.Write(folder.FailureFile(Trial), CanonicalJson.ForReaders(Frame(("message", message))));
        Dispose();
    }

    /// <summary>Gives the trial up.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            if (released)
                return;
            released = true;
            heartbeat.Dispose();
            Try(() => Leases.Rewrite(file, owner with { State = LeaseOwner.Free }));
        }
    }

    private JsonObject Frame((string Name, JsonNode? Value) content) => new()
    {
        ["formatVersion"] = SweepFolder.FormatVersion,
        [content.Name] = content.Value,
        ["attempt"] = Attempt,
        ["host"] = owner.Host,
        ["process"] = owner.Process,
        ["begun"] = owner.Acquired,
        ["ended"] = DateTime.UtcNow,
        ["options"] = Trial.Options,
    };

    private void RequireHeld()
    {
        ObjectDisposedException.ThrowIf(released, this);
        if (IsLost())
            throw new IOException(
                $"Trial {Trial} was taken by {leases.Last(Trial.Hash).Owner?.ToString() ?? "another process"}, because this process " +
                "gave no heartbeat for more " +
                $"than {owner.StaleAfterSeconds:0} s; nothing was written. Let the other finish.");
    }

    private bool IsLost() => leases.Last(Trial.Hash).Attempt > Attempt;

    private void Beat()
    {
        lock (writing)
        {
            if (released)
                return;
            Try(() =>
            {
                Leases.Rewrite(file, owner);
                if (IsLost())
                    lost.Cancel();
            });
        }
    }

    /// <summary>A file server may be away for a while; the next heartbeat tries again.</summary>
    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
