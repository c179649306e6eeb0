using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>How parts of a cell that have a backward pass of their own are computed.</summary>
/// <param name="Recompute">Whether the backward pass computes again instead of keeping.</param>
/// <param name="Backward">Keeps the exceptions of backward passes.</param>
internal sealed record MergedPass(bool Recompute, BackwardState Backward)
{
    /// <summary>That of an execution; null if every operation is computed by itself, as in evaluation mode and on Apple's MPS, which
    /// lacks some kernels.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="training">Whether the module is in training mode.</param>
    /// <param name="like">An input.</param>
    /// <param name="backward">Keeps the exceptions of backward passes.</param>
    public static MergedPass? Of(CellExecution execution, bool training, Tensor like, BackwardState backward) =>
        training && execution != CellExecution.PerEdge && like.device_type != DeviceType.MPS
            ? new(execution == CellExecution.MergedWithRecomputation, backward) : null;

    /// <summary>The output of a fixed block: of a pointwise <see cref="ReluConvBatchNorm"/> by kernels of our own, if there are any;
    /// otherwise by its module.</summary>
    /// <param name="pass">How; null to call the module.</param>
    /// <param name="block">The block.</param>
    /// <param name="x">[N, C, H, W].</param>
    public static Tensor Call(MergedPass? pass, nn.Module<Tensor, Tensor> block, Tensor x) =>
        pass is not null && block is ReluConvBatchNorm && x.dim() == 4 && DepthwiseChain.Of(block) is not null &&
        NodeMixture.Of(x, [new MergedTerm(0, 0, 0, block)], 1) is { } mixture ? pass.Apply(mixture, x, One(x))[0] : block.call(x);

    /// <summary>The outputs of a part of a cell.</summary>
    /// <param name="part">The part.</param>
    /// <param name="x">The node that it leaves.</param>
    /// <param name="p">Operation weights.</param>
    public IReadOnlyList<Tensor> Apply(IMergedComputation part, Tensor x, Tensor p) =>
        MergedFunction.Apply(part, [x], p, Recompute, Backward);

    private static Tensor One(Tensor like) => ones([1, 1], like.dtype, like.device);
}
