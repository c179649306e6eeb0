using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>A block that is not searched, such as the residual downsampling of NAS-Bench-201.</summary>
/// <param name="Create">Factory of the block.</param>
/// <param name="Context">Channels and stride.</param>
public sealed record BlockPlacement(Func<OperationContext, nn.Module<Tensor, Tensor>> Create, OperationContext Context) : LayerPlacement
{
    /// <inheritdoc/>
    public override long OutChannels => Context.OutChannels;
}
