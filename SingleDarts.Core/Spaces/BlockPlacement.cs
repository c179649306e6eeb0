using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>A block that is not searched: stem, head, or the residual downsampling of NAS-Bench-201.</summary>
/// <param name="Factory">Makes the block.</param>
/// <param name="Context">Channels and stride.</param>
/// <param name="PassInput">
/// If true, the next cell of two inputs reads the block's input and its output (the second stem of DARTS on ImageNet); if false, its
/// output twice.
/// </param>
internal sealed record BlockPlacement(Factory Factory, OperationContext Context, bool PassInput = false)
    : LayerPlacement(Context.OutChannels, Context.Stride)
{
    /// <summary>Makes the block.</summary>
    public nn.Module<Tensor, Tensor> Create() => Factory.Create(Context);
}
