namespace SingleDarts.Core.Supernets;

/// <summary>
/// How the cells of a supernet are computed. All give the same outputs and gradients up to rounding and have the same weights, so that a
/// supernet can change from one to another at any time.
/// </summary>
public enum CellExecution
{
    /// <summary>
    /// Candidates that leave the same node share their work: one ReLU, one convolution for each kernel size, one pooling. Candidates
    /// that cannot be merged are computed as in <see cref="PerEdge"/>. The fastest.
    /// </summary>
    Merged,

    /// <summary>
    /// As <see cref="Merged"/>, but the backward pass computes the convolutions again instead of keeping their outputs: less memory for
    /// more time.
    /// </summary>
    MergedWithRecomputation,

    /// <summary>Every candidate of every edge by itself, as <see cref="MixedOp"/> defines it.</summary>
    PerEdge,
}
