using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace SingleDarts.Core.Runtime;

/// <summary>Work on a thread of its own that reports as it goes.</summary>
internal static class BackgroundWork
{
    /// <summary>
    /// Starts the work with the enumeration and gives its reports. Leaving the enumeration early, or the end of the process, cancels
    /// the work
    /// and waits for it: a process that ends while libtorch computes crashes.
    /// </summary>
    /// <param name="work">Gets the function that takes reports; what it throws comes out of the enumeration.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async IAsyncEnumerable<T> Run<T>(
        Action<Action<T>, CancellationToken> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reports = Channel.CreateUnbounded<T>();
        Task thread = Task.Factory.StartNew(
            () => Complete(work, reports.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        void OnProcessExit(object? sender, EventArgs e)
        {
            stop.Cancel();
            ((IAsyncResult)thread).AsyncWaitHandle.WaitOne(TimeSpan.FromMinutes(1));
        }
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        try
        {
            await foreach (T report in reports.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return report;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await thread.ConfigureAwait(false);
            AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        }
    }

    private static void Complete<T>(Action<Action<T>, CancellationToken> work, ChannelWriter<T> reports,
        CancellationToken cancellationToken)
    {
        try
        {
            work(report => reports.TryWrite(report), cancellationToken);
            reports.Complete();
        }
        catch (Exception e)
        {
            reports.Complete(e);
        }
    }
}
