namespace SingleDarts.Core.Supernets;

/// <summary>
/// How the cells of a supernet, or of the network of a genotype, are computed in training mode. All give the same outputs and first
/// derivatives up to rounding and have the same weights and checkpoints, so that a network can change from one to another at any time.
/// A gradient that is differentiated again (<c>create_graph</c>) needs <see cref="PerEdge"/>; the second-order schemes of this library take
/// it by themselves.
/// </summary>
public enum CellExecution
{
    /// <summary>
    /// Candidates that leave the same node share their work: one ReLU, one convolution for each kernel size, one pooling; a cell is one
    /// step of autograd. Candidates that cannot be merged are computed as in <see cref="PerEdge"/>, and so are edges with forward hooks,
    /// convolutions whose batch normalisations learn a scale or keep running statistics, and everything on Apple's MPS. A gradient of a
    /// gradient is not supported: an exception says so.
    /// </summary>
    Merged,

    /// <summary>
    /// As <see cref="Merged"/>, but the backward pass computes the convolutions again instead of keeping their outputs: less memory for
    /// more time (docs/explanation/performance.md gives both).
    /// </summary>
    MergedWithRecomputation,

    /// <summary>Every operation of every edge by itself, as <see cref="MixedOp"/> defines it.</summary>
    PerEdge,
}
