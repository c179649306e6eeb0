namespace SingleDarts.Core.Data;

/// <summary>The memory that the threads of one reader share: they decode as much as fits at the same time, and a large image
/// alone.</summary>
/// <param name="limit">Pixels of all images in work; no image has more.</param>
internal sealed class PixelBudget(long limit)
{
    private readonly object gate = new();
    private long used;

    public long Limit => limit;

    /// <summary>Waits until there is room. The caller holds no other part of the budget, or it would wait for itself.</summary>
    /// <param name="pixels">What is needed; more than the limit counts as all of it.</param>
    public IDisposable Take(long pixels)
    {
        long taken = Math.Min(pixels, limit);
        lock (gate)
        {
            while (used + taken > limit)
                Monitor.Wait(gate);
            used += taken;
        }
        return new Part(this, taken);
    }

    private void Return(long pixels)
    {
        lock (gate)
        {
            used -= pixels;
            Monitor.PulseAll(gate);
        }
    }

    private sealed class Part(PixelBudget budget, long pixels) : IDisposable
    {
        public void Dispose() => budget.Return(pixels);
    }
}
