namespace SingleDarts.Core.Spaces;

/// <summary>How a cell's output is made of its nodes.</summary>
public enum CellOutput
{
    /// <summary>The last node (NAS-Bench-201).</summary>
    LastNode,

    /// <summary>All computed nodes concatenated along the channels (DARTS).</summary>
    Concatenation,
}
