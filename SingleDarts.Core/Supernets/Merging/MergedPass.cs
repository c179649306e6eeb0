using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Supernets;

/// <summary>How parts of a cell that have a backward pass of their own are computed.</summary>
/// <param name="Recompute">Whether the backward pass computes again instead of keeping.</param>
/// <param name="Fault">Keeps the exceptions of backward passes.</param>
internal sealed record MergedPass(bool Recompute, BackwardFault Fault);
