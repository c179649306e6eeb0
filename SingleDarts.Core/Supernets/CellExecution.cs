namespace SingleDarts.Core.Supernets;

/// <summary>
/// How the cells of a supernet are computed. All give the same outputs and first derivatives up to rounding and have the same weights, so
/// that a supernet can change from one to another at any time. Second derivatives are those of <see cref="PerEdge"/> alone.
/// </summary>
public enum CellExecution
{
    /// <summary>Every candidate of every edge by itself, as <see cref="MixedOp"/> defines it.</summary>
    PerEdge,

    /// <summary>
    /// Candidates that leave the same node share their work: one ReLU, one convolution for each kernel size, one pooling. Candidates
    /// that cannot be merged are computed as in <see cref="PerEdge"/>, and so are all where batch normalisations keep running
    /// statistics. Not to be used where a gradient is differentiated again (<c>create_graph</c>): the result would be wrong.
    /// </summary>
    Merged,

    /// <summary>
    /// As <see cref="Merged"/>, but the backward pass computes the convolutions again instead of keeping their outputs: less memory for
    /// more time.
    /// </summary>
    MergedWithRecomputation,
}
