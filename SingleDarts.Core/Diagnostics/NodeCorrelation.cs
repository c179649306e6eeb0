namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// The gradient correlations at one node: over the convolutions of all learnable candidates of its incoming edges.
/// </summary>
/// <param name="Cell">Number of the cell in the network, counted from 1.</param>
/// <param name="Node">Number of the node in its cell; input nodes come first, from 0.</param>
/// <param name="Paper">
/// The definition of Section 5.2.1: α's batch with the weights' batch of the same step. Where both are one batch, a squared norm: its
/// cosine is 1 by construction.
/// </param>
/// <param name="Independent">α's batch with a batch drawn for this measurement alone; null if no samples are left.</param>
/// <param name="Acting">
/// α's batch with the weights' batch of the step before, whose gradient was taken at that step's weights; null at the first step.
/// </param>
/// <param name="Momentum">α's batch with the momentum buffer of SGD, in which clipped gradients and weight decay add up; null
/// without.</param>
/// <param name="EpochApart">
/// α's batch of the first step of the epoch before, there and now, with the very same augmented samples; null at other steps.
/// </param>
public sealed record NodeCorrelation(
    int Cell, int Node, Correlation Paper, Correlation? Independent, Correlation? Acting, Correlation? Momentum, Correlation? EpochApart);
