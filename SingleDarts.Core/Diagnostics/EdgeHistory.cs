using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>When the edges of one kind of cell were overtaken and when they collapsed, in steps; −1 for never.</summary>
internal sealed class EdgeHistory(int edges)
{
    private readonly long[] overtaken = Never(edges), ledSince = Never(edges), collapsed = Never(edges);

    public long? OvertakenAfter(int edge) => Known(overtaken[edge]);

    public long? LedSince(int edge) => Known(ledSince[edge]);

    public long? CollapsedAfter(int edge) => Known(collapsed[edge]);

    public void See(int edge, long steps, bool nonLearnableLeads, bool isCollapsed)
    {
        if (nonLearnableLeads && overtaken[edge] < 0)
            overtaken[edge] = steps;
        ledSince[edge] = !nonLearnableLeads ? -1 : ledSince[edge] < 0 ? steps : ledSince[edge];
        if (isCollapsed && collapsed[edge] < 0)
            collapsed[edge] = steps;
    }

    /// <summary>All times, [3, edges].</summary>
    public Tensor Save() => tensor([.. overtaken, .. ledSince, .. collapsed]).view(3, edges);

    public void Load(Tensor saved)
    {
        long[] all = Host.Numbers<long>(saved);
        for (int part = 0; part < 3; part++)
            Array.Copy(all, part * edges, new[] { overtaken, ledSince, collapsed }[part], 0, edges);
    }

    private static long[] Never(int edges) => [.. Enumerable.Repeat(-1L, edges)];

    private static long? Known(long steps) => steps < 0 ? null : steps;
}
