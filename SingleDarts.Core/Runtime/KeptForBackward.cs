namespace SingleDarts.Core.Runtime;

/// <summary>
/// What forward passes in .NET have kept for a backward pass that may never come: a search that asks for the gradient of α alone does not
/// go through the blocks before its first cells. The garbage collector would find it late, so the optimiser's step and gradients outside a
/// step release what is left over on their thread.
/// </summary>
internal static class KeptForBackward
{
    [ThreadStatic] private static List<WeakReference<IDisposable>>? kept;

    /// <summary>Adds something that can be computed again if it is released too early.</summary>
    /// <param name="something">It releases what it keeps, if it still does.</param>
    public static void Add(IDisposable something)
    {
        kept ??= [];
        // Before the list grows to the double.
        if (kept.Count == kept.Capacity)
            kept.RemoveAll(each => !each.TryGetTarget(out _));
        kept.Add(new WeakReference<IDisposable>(something));
    }

    /// <summary>Releases what this thread has kept.</summary>
    public static void Release()
    {
        foreach (WeakReference<IDisposable> each in kept ?? [])
            if (each.TryGetTarget(out IDisposable? something))
                something.Dispose();
        kept?.Clear();
    }
}
