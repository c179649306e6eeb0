namespace SingleDarts.Core.Spaces;

/// <summary>The derivation rules of the library.</summary>
public static class Derivations
{
    /// <summary>The best operation of every edge, <c>none</c> included (NAS-Bench-201).</summary>
    public static IDerivation EdgeArgmax { get; } = new EdgeArgmax();

    /// <summary>The strongest edges into every node, with their best operation other than <c>none</c> (DARTS).</summary>
    /// <param name="edges">Edges kept per node.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 edge.</exception>
    public static IDerivation TopEdges(int edges = 2) => new TopEdges(edges);
}
