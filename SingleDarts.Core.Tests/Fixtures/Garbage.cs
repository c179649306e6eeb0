namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A thread that makes ordinary .NET garbage until it is disposed, as the rest of a host does, so that collections come at any
/// moment.</summary>
internal sealed class Garbage : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;

    public Garbage() => work = Task.Run(() =>
    {
        while (!stop.IsCancellationRequested)
            GC.KeepAlive(Enumerable.Range(0, 1000).Select(i => i.ToString()).ToList());
    });

    public void Dispose()
    {
        stop.Cancel();
        work.Wait();
        stop.Dispose();
    }
}
