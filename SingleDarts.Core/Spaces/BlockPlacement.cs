using SingleDarts.Core.Operations;
using static TorchSharp.torch;

namespace SingleDarts.Core.Spaces;

/// <summary>A block that is not searched, such as the residual downsampling of NAS-Bench-201.</summary>
/// <param name="Create">Factory of the block.</param>
/// <param name="Context">Channels and stride.</param>
/// <param name="PassInput">
/// Whether a cell of two inputs behind the block reads what the block read as well as what it gives (the second stem of DARTS on
/// ImageNet), rather than what it gives twice.
/// </param>
public sealed record BlockPlacement(
    Func<OperationContext, nn.Module<Tensor, Tensor>> Create, OperationContext Context, bool PassInput = false) : LayerPlacement
{
    /// <inheritdoc/>
    public override long OutChannels => Context.OutChannels;
}
