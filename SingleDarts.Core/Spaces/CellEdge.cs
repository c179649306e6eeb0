namespace SingleDarts.Core.Spaces;

/// <summary>A connection of a cell, from an earlier node to a later one.</summary>
/// <param name="Index">Row of the edge in the architecture parameters.</param>
/// <param name="Source">Node that the edge reads.</param>
/// <param name="Target">Node that the edge feeds.</param>
public readonly record struct CellEdge(int Index, int Source, int Target)
{
    /// <summary>The edge in the notation of NAS-Bench-201, for example <c>3&lt;-0</c>.</summary>
    public override string ToString() => $"{Target}<-{Source}";
}
