using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>A candidate of an edge whose work is shared with others that leave the same node.</summary>
/// <param name="Row">Row of α: the edge.</param>
/// <param name="Column">Column of α: the operation.</param>
/// <param name="Target">Node that the edge feeds.</param>
/// <param name="Module">The candidate's module.</param>
internal readonly record struct MergedTerm(int Row, int Column, int Target, nn.Module<Tensor, Tensor> Module);
